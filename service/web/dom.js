/* What all pages are made with. Texts become text nodes, never markup. */

/** The elements of the page by their ids: `ui.status`. */
export const ui = new Proxy({}, { get: (_, id) => document.getElementById(id) });

/** Make an element: `"p.class"`, attributes if any, children; strings become text nodes, null and false nothing. */
export function el(name, ...inside) {
	const [tag, ...classes] = name.split(".");
	const made = document.createElement(tag);
	const attributes = inside[0]?.constructor === Object ? inside.shift() : {};
	if (classes.length) made.className = classes.join(" ");
	for (const [key, value] of Object.entries(attributes)) {
		if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
		else if (value === true) made.setAttribute(key, "");
		else if (value !== false && value !== null) made.setAttribute(key, value);
	}
	made.append(...inside.flat().filter((child) => child !== null && child !== false));
	return made;
}

/** Make an inline element for words that have a direction of their own. */
export const words = (text, attributes = {}) => el("bdi", attributes, text);

/** Join parts with a gap between, without those that are not there. */
export const between = (parts, gap, made = words) => parts.filter(Boolean).flatMap((part, i) => (i ? [gap, made(part)] : [made(part)]));
export const button = (label, onclick, attributes = {}) => el("button", { type: "button", onclick, ...attributes }, label);
export const unseen = (text) => el("span.offscreen", text);
export const meta = (told, role = null) => el("p.meta", { role }, told);
export const on = (id, event, act) => ui[id].addEventListener(event, act);

/** Say how far it is; it is read aloud. */
export const say = (told) => { ui.status.textContent = told; };

/** Say in the place of a page why it is not there. */
export function failed(told) {
	ui.status.className = "notice error";
	ui.status.replaceChildren(words(told), " ", button("Try again", () => location.reload()));
}

/** Say something to who cannot see it happen. */
function announce(text) {
	const place = ui.told ?? document.body.appendChild(
		el("p", { id: "told", class: "offscreen", role: "status" }));
	place.textContent = "";
	setTimeout(() => { place.textContent = text; }, 50);
}

/**
 * Make a button that copies what `what()` returns, and says so.
 *
 * That is a text, or `{text, html}` where a word processor gets letters in italics. `full` is the
 * button's name for who hears it; it begins with `label`.
 */
export function copyButton(label, what, { full = null, ...attributes } = {}) {
	let back;
	const made = button(label, async () => {
		clearTimeout(back);
		made.textContent = (await copied(what())) ? "Copied" : "Not copied";
		announce(made.textContent);
		back = setTimeout(() => { made.textContent = label; }, 1600);
	}, { class: "copy", "aria-label": full, ...attributes });
	return made;
}

async function copied(what) {
	const { text, html } = typeof what === "string" ? { text: what } : what;
	const blob = (type, told) => ({ [type]: new Blob([told], { type }) });
	try {
		if (html && window.ClipboardItem) {
			await navigator.clipboard.write([new ClipboardItem({ ...blob("text/plain", text), ...blob("text/html", html) })]);
		} else await navigator.clipboard.writeText(text);
		return true;
	} catch { /* no clipboard on http from afar: the old way may work */ }
	const before = document.activeElement;
	const holder = el("textarea.offscreen", { "aria-hidden": "true" });
	holder.value = text;
	document.body.append(holder);
	holder.select();
	const done = document.execCommand("copy");
	holder.remove();
	before?.focus();
	return done;
}

const TYPES = {
	lead: "Opinion of the court", combined: "All opinions in one text", unanimous: "Unanimous opinion", rehearing: "On rehearing",
};

/** Return a machine's name in words: `standard_of_review` is "Standard of review". */
export const inWords = (name) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
export const typeName = (type) => TYPES[type] ?? inWords(type);

/** Return `dissent`, `concurrence`, or nothing for the court's own voice. */
export const voice = (type) => /^(dissent$|concurrence)/.exec(type)?.[1] ?? "";

export const many = (number) => number.toLocaleString("en");

/** Return a number with its noun: "1 case", "2,182 cases". */
export const count = (number, noun) => `${many(number)} ${noun}${number === 1 ? "" : "s"}`;
