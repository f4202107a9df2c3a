// Keep the page true: a stream tells that there is news, then the page is fetched again and its live parts are changed.
// When the gateway is away the page says so, tries again with growing patience, and catches up.

import { tellTimes } from "./moments.js";
import { morph } from "./morph.js";

const soon = 100, spread = 300, longest = 2000, patience = [1000, 2000, 4000, 8000, 15000];

let source = null, failures = 0, pending = 0, since = 0, fetching = false, again = false, over = false;
let latest = null;

function stands(state, word) {
  const mark = document.getElementById("connection");
  mark.hidden = false;
  mark.dataset.stands = state;
  mark.textContent = word;
}

function trouble(text) {
  const line = document.getElementById("trouble");
  line.textContent = text;
  line.hidden = !text;
}

async function fetchAnew() {
  if (fetching) { again = true; return; }
  fetching = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (answer.redirected && new URL(answer.url).pathname === "/login") { location.assign(answer.url); return; }
    if (answer.status === 404) { location.reload(); return; }
    if (!answer.ok) throw new Error(`${answer.status}`);
    take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    trouble("");
  } catch {
    lost();
  } finally {
    fetching = false;
    if (again) { again = false; news(); }
  }
}

function take(there) {
  latest = there;
  const before = document.body.dataset.said ?? "";
  for (const part of document.querySelectorAll("[data-live]")) {
    const wanted = there.getElementById(part.id);
    if (wanted) morph(part, wanted);
  }
  document.title = there.title;
  const said = there.body.dataset.said ?? "";
  document.body.dataset.said = said;
  if (said && said !== before) document.getElementById("announcer").textContent = said;
  tellTimes();
  document.dispatchEvent(new Event("baton:fresh"));
}

// A dialog is left alone while it is open. What came meanwhile is taken when it closes, so that its button never opens
// what was to be done before.
function catchUp() {
  if (latest) take(latest);
}

// Many pages may watch one build: they do not all ask in the same moment, and none asks twice for one burst of news.
export function news() {
  const now = Date.now();
  if (!pending) since = now;
  clearTimeout(pending);
  const wait = Math.min(soon + Math.random() * spread, Math.max(0, since + longest - now));
  pending = setTimeout(() => { pending = 0; fetchAnew(); }, wait);
}

function lost() {
  if (over) return;
  stands("lost", "reconnecting");
  trouble("The gateway does not answer. Builds go on without it; this page comes back by itself.");
  source?.close();
  source = null;
  const wait = patience[Math.min(failures++, patience.length - 1)];
  setTimeout(listen, wait * (0.75 + Math.random() / 2));
}

function listen() {
  if (source || over || document.hidden) return;
  const opened = new EventSource(document.body.dataset.stream);
  source = opened;
  opened.onopen = () => {
    if (failures) news();
    failures = 0;
    stands("live", "live");
    trouble("");
  };
  opened.onerror = () => { if (source === opened) lost(); };
  for (const kind of ["build", "refresh", "entry", "reset"]) opened.addEventListener(kind, news);
  opened.addEventListener("trouble", () => trouble("The database does not answer. What you see may be old; builds go on."));
  opened.addEventListener("back", () => { trouble(""); news(); });
  opened.addEventListener("end", () => { over = true; opened.close(); source = null; stands("ended", "ended"); news(); });
}

function rest() {
  // A browser has few connections to one server: pages that nobody looks at give theirs back.
  if (!document.hidden) { if (!source && !over) { news(); listen(); } return; }
  source?.close();
  source = null;
}

export function keepLive() {
  const seconds = Number(document.body.dataset.again);
  if (seconds) setTimeout(() => location.reload(), (seconds + Math.random() * 2) * 1000);
  if (!document.body.dataset.stream) return;
  document.addEventListener("visibilitychange", rest);
  document.addEventListener("close", catchUp, true);
  addEventListener("pagehide", () => { source?.close(); source = null; });
  addEventListener("pageshow", (event) => { if (event.persisted) rest(); });
  listen();
}
