// Parts of a page that are large or rarely wanted are fetched when somebody opens them.

const away = "The gateway does not answer. Close this and open it again.";

function element(name, text, look) {
  const made = document.createElement(name);
  made.textContent = text;
  if (look) made.className = look;
  return made;
}

async function told(answer) {
  const problem = await answer.json().catch(() => ({}));
  return element("p", problem.detail ?? `The gateway answered ${answer.status}.`, "muted small");
}

async function page(place) {
  const answer = await fetch(place.dataset.from, { headers: { Accept: "text/html" } });
  const there = new DOMParser().parseFromString(await answer.text(), "text/html");
  const part = there.querySelector("[data-part]") ?? there.querySelector("main");
  return [...part.childNodes].map((node) => document.importNode(node, true));
}

const looks = [["+++", "file"], ["---", "file"], ["diff ", "file"], ["index ", "where"], ["@@", "where"], ["+", "added"], ["-", "removed"]];

async function patch(place) {
  const answer = await fetch(place.dataset.diff, { headers: { Accept: "text/x-diff" } });
  if (!answer.ok) return [await told(answer)];
  const text = await answer.text();
  if (!text.trim()) return [element("p", "Nothing changed between the two.", "muted small")];
  const shown = element("pre", "", "diff");
  shown.tabIndex = 0;
  for (const line of text.replace(/\n$/, "").split("\n")) {
    shown.append(element("span", `${line}\n`, (looks.find(([begins]) => line.startsWith(begins)) ?? [])[1]));
  }
  return [shown];
}

async function load(details) {
  const place = details.querySelector("[data-from], [data-diff]");
  if (!place || "loaded" in place.dataset || details.dataset.loading) return;
  details.dataset.loading = "yes";
  try {
    place.replaceChildren(...await (place.dataset.diff ? patch(place) : page(place)));
    place.dataset.loaded = "";
  } catch {
    place.textContent = away;
  } finally {
    delete details.dataset.loading;
  }
}

function size(bytes) {
  return bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${(bytes / 1024).toFixed(0)} kB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

async function listFiles() {
  const place = document.querySelector("[data-artifacts]:not([data-loaded])");
  if (!place) return;
  place.dataset.loaded = "";
  try {
    const answer = await fetch(place.dataset.artifacts, { headers: { Accept: "application/json" } });
    if (!answer.ok) { place.replaceChildren(await told(answer)); return; }
    const { artifacts } = await answer.json();
    const list = element("ul", "", "links");
    for (const file of artifacts) {
      const link = element("a", file.name), item = document.createElement("li");
      link.href = file.url;
      link.download = file.name;
      item.append(link, element("span", ` ${size(file.size)}`, "muted small"));
      list.append(item);
    }
    place.replaceChildren(...(artifacts.length ? [list] : []));
  } catch {
    delete place.dataset.loaded;
  }
}

export function loadOnDemand() {
  document.addEventListener("toggle", (event) => { if (event.target.open) load(event.target); }, true);
  document.addEventListener("baton:fresh", listFiles);
  for (const details of document.querySelectorAll("details[open]")) load(details);
  listFiles();
}
