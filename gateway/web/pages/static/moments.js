// Times on the page: how long ago, how much is left, counted on while the page is open; exact in the reader's own zone.

const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

function one(seconds) {
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? ["s", 1];
  return `${Math.floor(seconds / size)} ${unit}`;
}

function two(seconds) {
  const at = units.findIndex(([, size]) => seconds >= size);
  if (at < 0 || at === 3) return `${Math.floor(seconds)} s`;
  const rest = Math.floor((seconds % units[at][1]) / units[at + 1][1]);
  return `${Math.floor(seconds / units[at][1])} ${units[at][0]}${rest ? ` ${rest} ${units[at + 1][0]}` : ""}`;
}

function said(element, moment) {
  const seconds = (Date.now() - moment) / 1000;
  if (element.dataset.shown === "left") return seconds < 0 ? `${two(-seconds)} left` : "overdue";
  if (element.dataset.shown === "for") return `for ${one(Math.max(0, seconds))}`;
  if (Math.abs(seconds) < 5) return "just now";
  return seconds > 0 ? `${one(seconds)} ago` : `in ${one(-seconds)}`;
}

const here = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

export function tellTimes() {
  for (const element of document.querySelectorAll("time[data-shown]")) {
    const moment = Date.parse(element.dateTime);
    const exact = here.format(moment);
    if (element.title !== exact) element.title = exact;
    if (element.dataset.shown === "at") continue;
    const text = said(element, moment);
    if (element.textContent !== text) element.textContent = text;
  }
}

export function keepTime() {
  tellTimes();
  setInterval(() => document.hidden || tellTimes(), 1000);
  document.addEventListener("visibilitychange", () => document.hidden || tellTimes());
}
