// Make one element like another with as few changes as can be, so that focus, scroll, what is open, and what somebody is
// writing stay. Children are told apart by their IDs, or else by their place.

function alike(here, there) {
  return here.nodeType === there.nodeType && here.nodeName === there.nodeName && (here.id ?? "") === (there.id ?? "");
}

function untouchable(element) {
  // Somebody is in the middle of it.
  return element.nodeName === "DIALOG" && element.open;
}

function setAttributes(here, there) {
  for (const { name } of [...here.attributes]) {
    const own = name === "open" || (name === "hidden" && "kept" in here.dataset);
    if (!own && !there.hasAttribute(name)) here.removeAttribute(name);
  }
  for (const { name, value } of there.attributes) {
    if (name === "open" && here.nodeName === "DETAILS") continue;
    if (here.getAttribute(name) !== value) here.setAttribute(name, value);
  }
}

function setChildren(here, there) {
  let next = here.firstChild;
  for (const wanted of [...there.childNodes]) {
    let found = next;
    if (wanted.id) {
      while (found && found.id !== wanted.id) found = found.nextSibling;
    }
    if (found && alike(found, wanted)) {
      if (found === next) next = next.nextSibling;
      else here.insertBefore(found, next);
      morph(found, wanted);
    } else {
      here.insertBefore(document.importNode(wanted, true), next);
    }
  }
  while (next) {
    const after = next.nextSibling;
    if (!(next.nodeType === Node.ELEMENT_NODE && untouchable(next))) next.remove();
    next = after;
  }
}

export function morph(here, there) {
  if (here.nodeType !== Node.ELEMENT_NODE) {
    if (here.nodeValue !== there.nodeValue) here.nodeValue = there.nodeValue;
    return;
  }
  if (untouchable(here)) return;
  if (here.nodeName === "TIME" && here.dateTime === there.dateTime && here.dataset.shown !== "at") return;
  setAttributes(here, there);
  if ("loaded" in here.dataset) return; // what was fetched on demand stays
  if (here.nodeName === "TEXTAREA") return; // what is written there is the reader's
  setChildren(here, there);
}
