/* Single keys as commands; they can be switched off, and spare who types. */

import { on, ui } from "./dom.js";

const KEPT = "opinion-search single keys";

/** Listen from now on. */
export function listenToKeys() {
	const box = ui["single-keys"];
	box.checked = localStorage.getItem(KEPT) !== "off";
	box.addEventListener("change", () => {
		if (box.checked) localStorage.removeItem(KEPT);
		else localStorage.setItem(KEPT, "off");
	});
	on("ask-keys", "click", () => ui.help.showModal());
	addEventListener("keydown", (event) => {
		if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || ui.help.open) return;
		if (press(event, box.checked)) event.preventDefault();
	});
}

const COMMANDS = {
	"/": () => { ui.q.select(); },
	f: () => {
		ui.filters.open = true;
		ui.filters.querySelector("summary").focus();
	},
	j: () => move(1),
	k: () => move(-1),
	o: () => click(".others > summary", "#hits > li"),
	w: () => click(".why > summary"),
	"?": () => ui.help.showModal(),
};

/** Do what a key means; whether it meant something. */
function press(event, singles) {
	const { key, target } = event;
	const onHit = target.closest("#hits") !== null;
	if (key === "ArrowDown" && (target.id === "q" || onHit)) return move(1);
	if (key === "ArrowUp" && onHit) return move(-1);
	if (!singles || target.closest("input:not([type=checkbox], [type=range]), textarea, select")) return false;
	if (Object.hasOwn(COMMANDS, key)) return COMMANDS[key]() !== false;
	return ["c", "q", "m"].includes(key) && click(`[data-key=${key}]`);
}

const titles = () => [...document.querySelectorAll("#hits > li h2 a")];

/** Go `by` results on; from the first one back is the question. */
function move(by) {
	const links = titles();
	const card = document.activeElement.closest("#hits > li");
	const here = links.findIndex((link) => card?.contains(link));
	const there = here + by;
	if (!links.length) return false;
	if (there < 0) {
		ui.q.focus();
		return true;
	}
	const next = links[Math.min(there, links.length - 1)];
	next.focus({ preventScroll: true });
	next.closest("li").scrollIntoView({ block: "nearest" });
	if (next.getBoundingClientRect().top < 0) next.scrollIntoView();
	return true;
}

/** Press a part of the result with the keyboard, or of the first. */
function click(selector, whole = "#hits article, #hits > li") {
	const card = document.activeElement.closest(whole) ?? document.querySelector("#hits > li");
	const found = card?.querySelector(selector);
	found?.click();
	return Boolean(found);
}
