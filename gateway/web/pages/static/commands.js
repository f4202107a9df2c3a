// Buttons that give commands: each opens a dialog, which sends JSON to the REST API and tells in place what came of it.
// A dialog has one key from its opening to its success, so that nothing is carried out twice.

import { news } from "./live.js";

function value(field) {
  const text = field.value.trim();
  if (field.type === "checkbox") return field.checked;
  if (text === "") return undefined;
  if (field.dataset.kind === "number") return Number(text);
  if (field.dataset.kind === "flag") return text === "yes";
  if (field.dataset.kind === "json") return JSON.parse(text);
  return text;
}

// "result.summary" is the field "summary" of the object "result"; a field of kind "json" is spread into its object.
function put(body, path, content) {
  const names = path.split(".");
  const last = names.pop();
  const place = names.reduce((object, name) => (object[name] ??= {}), body);
  if (last === "*") Object.assign(place, content);
  else place[last] = content;
}

function bodyOf(form) {
  const body = {};
  for (const field of form.elements) {
    if (!field.name || (field.type === "radio" && !field.checked)) continue;
    let content;
    try {
      content = value(field);
    } catch {
      field.focus();
      throw new Error("This is not JSON: check the last field.");
    }
    if (content !== undefined) put(body, field.name, content);
  }
  return body;
}

async function send(form) {
  form.dataset.key ??= crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(16).slice(2)}`;
  const answer = await fetch(form.dataset.command, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "Idempotency-Key": form.dataset.key },
    body: JSON.stringify(bodyOf(form)),
  });
  if (answer.ok) return answer.json();
  if (answer.status < 500) delete form.dataset.key; // a refused command may be sent again, changed
  const problem = await answer.json().catch(() => ({}));
  throw new Error(problem.detail ?? `The gateway answered ${answer.status}.`);
}

async function submit(event) {
  const form = event.target;
  if (!form.dataset.command) return;
  event.preventDefault();
  const place = form.querySelector(".refusal"), button = event.submitter;
  place.textContent = "";
  button.disabled = true;
  try {
    const told = await send(form);
    delete form.dataset.key;
    if (form.dataset.leads) return location.assign(form.dataset.leads + encodeURIComponent(told.build_id));
    form.closest("dialog")?.close();
    document.getElementById("announcer").textContent = form.dataset.done ?? "Done";
    form.reset();
    news();
  } catch (error) {
    place.textContent = error instanceof TypeError ? "The gateway does not answer. Nothing is lost: send it again." : error.message;
  } finally {
    button.disabled = false;
  }
}

function click(event) {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    dialog.querySelector(".refusal").textContent = "";
    dialog.showModal();
    return;
  }
  if (event.target.closest("[data-closes]") || event.target.nodeName === "DIALOG") event.target.closest("dialog").close();
}

// The build may move on while somebody writes: what they decide on is what they saw, and they are told.
function tellMoved() {
  const state = document.querySelector("[data-state]")?.dataset.state;
  for (const dialog of document.querySelectorAll("dialog[open]")) {
    const believed = dialog.querySelector("[name=expected_state], [name=completed_state]")?.value;
    const line = dialog.querySelector(".moved");
    if (line && state && believed) line.hidden = believed === state;
  }
}

export function giveCommands() {
  document.addEventListener("submit", submit);
  document.addEventListener("click", click);
  document.addEventListener("baton:fresh", tellMoved);
}
