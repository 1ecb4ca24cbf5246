/* Asks the service, with the key that its user gave; asks for that, too. */

import { el, ui } from "./dom.js";

export const BASE = new URL("../", import.meta.url);
const KEPT = "opinion-search key";

/** An error; `message` says what to do, `wait` after how many seconds to ask again. */
const failure = (status, message, wait = null) => Object.assign(new Error(message), { status, wait });

/** Return where the service tells of a passage, or `more` about it. */
export const passageAt = (id, more = "") => `v1/passages/${encodeURIComponent(id)}${more}`;

/** Return the search page's address in a state: behind `#`, which no proxy sees or logs. */
export function searchAt(state) {
	const page = new URL(BASE);
	page.hash = new URLSearchParams(state);
	return page.href;
}

/** Return the address of an opinion's reading view, opened at `passage` if given. */
export function readingAt(opinionId, passage) {
	const page = new URL(`o/${encodeURIComponent(opinionId)}`, BASE);
	if (passage) page.hash = `p${passage.start}-${passage.end}`;
	return page.href;
}

/**
 * Return the JSON at `path`, where `body` is posted, if any; throws a `failure`.
 *
 * Asks the user for a key where the service wants one, unless `quiet`: then that is an error, too.
 */
export async function ask(path, how = {}) {
	for (;;) {
		const shown = sessionStorage.getItem(KEPT);
		const answer = await send(path, shown, how);
		if (how.quiet || (answer.status !== 401 && answer.status !== 403)) return read(answer);
		await keyFromUser(shown !== null, how.signal);
	}
}

async function send(path, key, { signal, body }) {
	const headers = { "Content-Type": "application/json" };
	if (key !== null) headers.Authorization = `Bearer ${key}`;
	try {
		return await fetch(new URL(path, BASE), { method: body ? "POST" : "GET", body, headers, signal, credentials: "omit" });
	} catch (error) {
		if (error.name === "AbortError") throw error;
		throw failure(0, "The service cannot be reached. Look whether it runs and try again.");
	}
}

async function read(answer) {
	const body = await answer.json().catch((error) => {
		if (error.name === "AbortError") throw error;
		return null;
	});
	if (answer.ok && body !== null) return body;
	const wait = Number(answer.headers.get("Retry-After")) || null;
	throw failure(answer.status, body?.error?.message ?? `The service answered ${answer.status}.`, wait);
}

function keyFromUser(refused, signal) {
	const form = ui.key;
	const field = el("input", { id: "api-key", type: "password", required: true, autocomplete: "off", "aria-describedby": "key-why" });
	const why = refused
		? "The service did not accept this key. Look whether it is whole, and not revoked."
		: "This service answers only who shows a key. It is kept until this tab is closed.";
	form.replaceChildren(
		el("label", { for: "api-key" }, "API key"),
		el("div.field", field, el("button.main", "Continue")),
		el("p", { id: "key-why", role: refused ? "alert" : null }, why),
	);
	form.hidden = false;
	field.focus();
	return new Promise((resolve, reject) => {
		form.addEventListener("submit", (event) => { // whoever waits for the key goes on with it
			event.preventDefault();
			sessionStorage.setItem(KEPT, ui["api-key"].value.trim());
			form.hidden = true;
			resolve();
		}, { once: true, signal });
		signal?.addEventListener("abort", () => {
			form.hidden = true;
			reject(signal.reason);
		});
	});
}
