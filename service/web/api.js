/* Asks the service, with the key that its user gave, and shows the field for it when one is needed. */

import { byId, el } from "./dom.js";

export const BASE = new URL("../", import.meta.url);
const KEPT = "opinion-search key";
const FAR = "The service cannot be reached. Look whether it runs and try again.";

/** An answer that is an error; `message` says what to do. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Return the address of an opinion's reading view, opened at `passage` when it is given. */
export function readingAt(opinionId, passage) {
  const page = new URL(`o/${encodeURIComponent(opinionId)}`, BASE);
  if (passage) page.hash = `p${passage.start}-${passage.end}`;
  return page.href;
}

/** Return the JSON at `path`; throws `ApiError`. Asks the user for a key where the service wants one. */
export async function ask(path, { signal } = {}) {
  for (;;) {
    const shown = sessionStorage.getItem(KEPT);
    const answer = await send(path, shown, signal);
    if (answer.status !== 401 && answer.status !== 403) return read(answer);
    await keyFromUser(shown !== null, signal);
  }
}

async function send(path, key, signal) {
  const headers = { Accept: "application/json" };
  if (key !== null) headers.Authorization = `Bearer ${key}`;
  try {
    return await fetch(new URL(path, BASE), { headers, signal, credentials: "omit" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, FAR);
  }
}

async function read(answer) {
  let body = null;
  try {
    body = await answer.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
  }
  if (answer.ok && body !== null) return body;
  throw new ApiError(answer.status, body?.error?.message ?? `The service answered ${answer.status}.`);
}

function keyFromUser(refused, signal) {
  const form = byId("key");
  const field = el("input", {
    id: "api-key", type: "password", required: true, autocomplete: "off", spellcheck: "false",
    "aria-describedby": "key-why",
  });
  const why = refused
    ? "The service did not accept this key. Look whether it is whole, and not revoked."
    : "This service answers only who shows a key. It is kept until this tab is closed.";
  form.replaceChildren(
    el("label", { for: "api-key" }, "API key"),
    el("div", { class: "field" }, field, el("button", { class: "main" }, "Continue")),
    el("p", { id: "key-why", role: refused ? "alert" : null }, why),
  );
  form.hidden = false;
  field.focus();
  return new Promise((resolve, reject) => {
    form.onsubmit = (event) => {
      event.preventDefault();
      sessionStorage.setItem(KEPT, field.value.trim());
      form.hidden = true;
      resolve();
    };
    signal?.addEventListener("abort", () => {
      form.hidden = true;
      reject(signal.reason);
    });
  });
}
