// Parts of a page that are large or rarely wanted are fetched when somebody opens them.

async function load(details) {
  const place = details.querySelector("[data-from]");
  if (!place || "loaded" in place.dataset || details.dataset.loading) return;
  details.dataset.loading = "yes";
  try {
    const answer = await fetch(place.dataset.from, { headers: { Accept: "text/html" } });
    const there = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = there.querySelector("[data-part]") ?? there.querySelector("main");
    place.replaceChildren(...[...part.childNodes].map((node) => document.importNode(node, true)));
    if (answer.ok) place.dataset.loaded = "";
  } catch {
    place.textContent = "The gateway does not answer. Close this and open it again.";
  } finally {
    delete details.dataset.loading;
  }
}

export function loadOnDemand() {
  document.addEventListener("toggle", (event) => { if (event.target.open) load(event.target); }, true);
  for (const details of document.querySelectorAll("details[open]")) load(details);
}
