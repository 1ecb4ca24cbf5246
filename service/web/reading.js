/* The reading view: an opinion, opened at the passage that the fragment names. */

import { ask, BASE, passageAt, readingAt, searchAt } from "./api.js";
import { plain } from "./cite.js";
import { between, button, copyButton, count, el, failed, inWords, meta, on, say, typeName, ui, voice, words } from "./dom.js";
import { opinionText, placeOf, reporters } from "./opinion.js";
import { fragmentSpan, oneLine } from "./spans.js";

const id = decodeURIComponent(location.pathname.slice(`${BASE.pathname}o/`.length));
const own = `v1/opinions/${encodeURIComponent(id)}`;
const WIDE = matchMedia("(min-width: 60rem)");
const BESIDE = matchMedia("(min-width: 80rem)");
let opinion = null;
let citations = [];

const cite = (start, end) => ask(`${own}/cite?start=${start}&end=${end}`);

async function open() {
	const links = ask(`${own}/citations`).catch(() => null); // it can be read without
	const named = cite(0, 1).catch(() => null);
	try {
		opinion = await ask(own);
	} catch (error) {
		return fail(error);
	}
	citations = (await links)?.citations ?? [];
	const official = (await named)?.cite.replace(/ \([^)]*\)/g, "") ?? ""; // 5 U.S. (1 Cranch) 137
	opinion.case.citations.sort((a, b) => official.includes(b) - official.includes(a));
	say("");
	document.title = [opinion.case.name, ...opinion.case.citations.slice(0, 1)].join(", ");
	ui.head.replaceChildren(...head());
	ui.outline.open = WIDE.matches;
	ui.outline.querySelector("nav").replaceChildren(outline());
	ui.columns.hidden = false;
	showText();
	offerOpinions();
}

function fail({ status, message }) {
	failed(message);
	if (status !== 404) return;
	ui.status.replaceChildren("This index has no opinion “", words(id), "”. ", el("a", { href: BASE.href }, "Search"), " for it instead.");
}

/* The head */

function head() {
	const { case: found, type, author, joined_by: joined } = opinion;
	const pages = reporters(opinion.pages);
	return [
		el("h1", words(found.name)),
		meta(between([...found.citations, found.court ?? found.court_id, found.date_filed,
			found.docket_number && `No. ${found.docket_number}`], " · ")),
		el("p", { class: `voice ${voice(type)}` },
			...between([typeName(type), author, joined.length && `joined by ${joined.join(", ")}`], " · ")),
		el("ul", { id: "opinions", "aria-label": "Opinions of this case" }),
		found.cited_by_count > 0 && meta(`Cited by ${count(found.cited_by_count, "case")} here`),
		pages.length > 0 && el("p.meta.legend", "Pages in the margin: ", ...between(pages, "; ")),
	].filter(Boolean);
}

async function offerOpinions() {
	try {
		const { opinions } = await ask(`v1/cases/${encodeURIComponent(opinion.case.id)}`);
		if (opinions.length < 2) return;
		ui.opinions.replaceChildren(...opinions.map((other) => el("li", { class: voice(other.type) },
			el("a", other.id === id ? { "aria-current": "page" } : { href: readingAt(other.id) },
				...between([typeName(other.type), other.author], ", ")))));
	} catch { /* it can be read without the others */ }
}

/* The text and the outline */

function showText() {
	const span = fragmentSpan(location.hash);
	const { blocks, mark } = opinionText(opinion, span, citations);
	ui.text.replaceChildren(...blocks);
	watchPlace(blocks);
	tellPassage(span, mark);
	if (mark) { // its beginning into sight, and the keyboard to it
		mark.tabIndex = -1;
		mark.focus({ preventScroll: true });
		mark.scrollIntoView();
	} else if (location.hash && !span) toFragment();
}

/** Go to a section, a note or a page, which may be in another opinion of the case. */
async function toFragment() {
	try {
		const name = decodeURIComponent(location.hash.slice(1));
		const there = document.getElementById(name);
		if (there) return there.scrollIntoView();
		const [, reporter, page] = /^at-(.+)-(\*?\d+)$/.exec(name) ?? [];
		if (!page) return;
		const { matches: [found] } = await ask(`v1/citations?ref=${encodeURIComponent(`${reporter.replaceAll("_", " ")} at ${page}`)}`);
		if (found?.case.id !== opinion.case.id || found.opinion_id === id) return;
		const [, start, end] = /:(\d+)-(\d+)$/.exec(found.passage_id);
		location.replace(readingAt(found.opinion_id, { start, end }));
	} catch { /* it is open at its beginning */ }
}

async function tellPassage(span, mark) {
	const place = ui.passage;
	place.hidden = !span;
	similarTo(null);
	if (!mark) return place.replaceChildren("The address names a place that this text does not have; here is the whole of it.");
	try {
		const found = await cite(span.start, Math.min(span.end, [...opinion.text].length));
		place.replaceChildren(el("span.cite", words(found.cite)),
			copyButton("Copy cite", () => plain(found)), copyButton("Copy passage", () => found.text.trim()));
		similarTo(found.passage_ids.find((known) => known.endsWith(`:${span.start}-${span.end}`)) ?? found.passage_ids[0]);
	} catch { /* they can be read without it */ }
}

function outline() {
	const notes = [];
	const parts = [];
	let before = [];
	opinion.sections.forEach(({ path, heading, role }, i) => {
		if (role === "footnotes") {
			notes.push(el("li", el("a", { href: `#s${i}` }, words((path.at(-1) ?? heading).replace(/^footnote\s+/i, "")))));
			return;
		}
		const headings = path.length ? path : [heading];
		const shared = headings.findIndex((told, level) => told !== before[level]);
		const first = shared < 0 ? headings.length - 1 : shared; // a heading without words of its own, too
		headings.slice(first).forEach((told, step) => {
			const level = first + step + 1;
			const last = level === headings.length;
			const more = last && told !== role && role !== "other" && role !== voice(opinion.type);
			parts.push(el("li", { class: `level-${Math.min(level, 4)}` }, el("a", { href: `#s${i}`, "data-here": last && i },
				words(told === role ? inWords(role) : told), more && el("span.part", ` ${inWords(role)}`))));
		});
		before = headings;
	});
	return el("ol", ...parts, notes.length > 0 && el("li", el("details",
		el("summary", `Footnotes (${notes.length})`), el("ol.notes", ...notes))));
}

/** Mark in the outline what stands near the window's top. */
function watchPlace(blocks) {
	const seen = new Set();
	watchPlace.last?.disconnect();
	watchPlace.last = new IntersectionObserver((changes) => {
		for (const { target, isIntersecting } of changes) seen[isIntersecting ? "add" : "delete"](target);
		const here = blocks.findLast((block) => seen.has(block)) ?? (scrollY < 300 && blocks[0]);
		const frame = ui.outline;
		const link = here && frame.querySelector(`[data-here="${here.id.slice(1)}"]`);
		if (!link) return;
		frame.querySelector("[aria-current]")?.removeAttribute("aria-current");
		link.setAttribute("aria-current", "true");
		if (WIDE.matches) frame.scrollTop = link.offsetTop - frame.clientHeight / 2;
	}, { rootMargin: "-15% 0px -80% 0px" });
	blocks.forEach((block) => watchPlace.last.observe(block));
}

/* What is like a passage, asked for on demand */

function similarTo(passageId, opened = BESIDE.matches) {
	const box = ui.similar;
	const list = box.querySelector("div");
	let asked = !passageId;
	list.replaceChildren(meta("Select words to find passages like them."));
	box.ontoggle = async () => {
		if (asked || !box.open) return;
		asked = true;
		list.replaceChildren(meta("Looking…", "status"));
		try {
			const { hits } = await ask(passageAt(passageId, "/similar?k=6"));
			list.replaceChildren(hits.length ? el("ol", ...hits.map(beside)) : meta("There are none."));
		} catch (error) {
			list.replaceChildren(meta(words(error.message), "alert"));
		}
	};
	if (passageId && opened) box.open = true;
	box.ontoggle();
}

function beside({ case: found, opinion: there, passage }) {
	const kind = voice(there.type);
	return el("li", el("a", { href: readingAt(there.id, passage) }, words(found.name)), " ",
		el("span.meta", ...between([found.court_citation_string ?? found.court_id, found.date_filed?.slice(0, 4)], " ")),
		kind && el("p", { class: `voice ${kind}` }, typeName(there.type)),
		el("p.snippet", { dir: "auto" }, passage.text.trim()));
}

/* The words that are selected */

let settling = 0;
let picked = "";

async function pick() {
	const bar = ui.picked;
	const selection = getSelection();
	const place = opinion && !selection.isCollapsed && placeOf(ui.text, selection.getRangeAt(0));
	if (!place || !opinion.text.slice(place.start, place.end).trim()) {
		if (!bar.contains(document.activeElement)) hidePicked();
		return;
	}
	const [start, end] = [place.start, place.end].map((unit) => [...opinion.text.slice(0, unit)].length);
	const key = `${start}-${end}`;
	if (key === picked) return;
	picked = key;
	const found = await cite(start, end).catch(() => null); // the words are selected all the same
	if (!found || key !== picked) return;
	const similar = () => {
		hidePicked();
		similarTo(found.passage_ids[0], true);
		ui.similar.querySelector("summary").focus();
	};
	bar.replaceChildren(
		el("span.cite", words(found.cite)),
		copyButton("Copy with citation", () => `“${oneLine(found.text)}” ${plain(found)}`,
			{ "aria-keyshortcuts": "Alt+C", title: "Alt+C" }),
		copyButton("Copy link", () => readingAt(id, { start, end })),
		button("Similar passages", similar, { class: "copy" }));
	bar.hidden = false;
}

function hidePicked() {
	ui.picked.hidden = true;
	picked = "";
}

document.addEventListener("selectionchange", () => {
	clearTimeout(settling);
	settling = setTimeout(pick, 250);
});
on("picked", "mousedown", (event) => event.preventDefault()); // which would unselect
addEventListener("keydown", (event) => {
	if (ui.picked.hidden) return;
	if (event.key === "Escape") hidePicked();
	if (!event.altKey || event.code !== "KeyC") return;
	event.preventDefault();
	ui.picked.querySelector("button").click();
});
addEventListener("hashchange", () => {
	if (!opinion) return;
	if (fragmentSpan(location.hash)) showText();
	else toFragment();
});
on("search", "submit", () => { location.href = searchAt(new FormData(ui.search)); });
open();
