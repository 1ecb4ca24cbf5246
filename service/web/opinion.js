/* Makes sections and paragraphs of an opinion's text, with pages, notes, citations and one passage. */

import { readingAt } from "./api.js";
import { el, inWords, voice } from "./dom.js";
import { oneLine, pieces, unitsOf } from "./spans.js";

const NOTE_MARK = /^(?:[[(]\s*)?(?:fn|n)?\.?\s*(?:\d+|[*†‡§]+)(?:\s*[\])])?/i;
const NOTE_LABEL = /^(?:\[\s*)?(?:(?:foot)?notes?|fn|n)?[.\s]*(?:\d+|[*†‡§]+)(?:\s*\])?\.?/i;
const places = new WeakMap(); // text node → where its words begin, in UTF-16 units

/** Return the reporters whose pages are marked, the one with most first. */
export function reporters(pages) {
	const counts = new Map();
	for (const { reporter } of pages) counts.set(reporter, (counts.get(reporter) ?? 0) + 1);
	return [...counts].sort((a, b) => b[1] - a[1]).map(([reporter]) => reporter);
}

/** Return the id of the mark of a reporter's page. */
export const pageId = (reporter, page) => `at-${reporter}-${page}`.replace(/\s+/g, "_");

/** Return the text's sections as elements, and the first element of `span` (in code points, or null). */
export function opinionText(opinion, span, citations = []) {
	const text = opinion.text;
	const units = unitsOf(text);
	const order = reporters(opinion.pages);
	const inUnits = (one) => ({ ...one, start: units(one.start), end: units(one.end) });
	const writer = {
		text,
		gap: /\n[^\S\n]*\n/.test(text) ? /\n[^\S\n]*\n\s*/g : /\n\s*/g,
		passage: span && { ...inUnits(span), kind: "passage" },
		pages: opinion.pages.map((page) => ({ ...page, start: units(page.start), rank: order.indexOf(page.reporter) })),
		links: [...citations.filter((one) => one.opinion_id).map(inUnits).map(cited),
			...opinion.sections.flatMap((section, i) => noted(text, section, i, units))]
			.sort((a, b) => a.start - b.start),
		page: 0,
		link: 0,
		mark: null,
	};
	let before = voice(opinion.type);
	const blocks = opinion.sections.map((section, i) => {
		const spoken = ["dissent", "concurrence"].includes(section.role) ? section.role : voice(opinion.type);
		const notes = section.role === "footnotes";
		const turns = !notes && spoken !== before;
		if (turns) before = spoken;
		return el("section", { id: `s${i}`, class: `${section.role} ${spoken}` },
			turns && el("p.told.turn", { "data-told": spoken ? inWords(spoken) : "Opinion of the court" }),
			...paragraphs(writer, section, i, units(section.start), units(section.end)));
	});
	return { blocks, mark: writer.mark };
}

/** Return where in the text, in UTF-16 units, the words of a DOM range are; null: nowhere. */
export function placeOf(article, range) {
	const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
	let start = null;
	let end = null;
	for (let node = walker.nextNode(); node; node = walker.nextNode()) {
		if (!range.intersectsNode(node)) {
			if (start !== null) break;
			continue;
		}
		const at = places.get(node);
		start ??= at + (node === range.startContainer ? range.startOffset : 0);
		end = at + (node === range.endContainer ? range.endOffset : node.length);
	}
	return start === null || start >= end ? null : { start, end };
}

const link = (start, end, attributes) => ({ start, end, kind: "link", attributes });

function cited({ start, end, opinion_id: opinion, citation, pin, name }) {
	const address = new URL(readingAt(opinion));
	const [page] = /^\*?\d+/.exec(pin ?? "") ?? [];
	if (page && citation) address.hash = pageId(citation.replace(/\s+\S+$/, ""), page);
	return link(start, end, { class: "case", href: address, title: [name, citation].filter(Boolean).join(", ") });
}

/** The mark of a footnote in the text. */
function noted(text, { noted_at: at }, i, units) {
	if (at === null) return [];
	const start = units(at);
	const mark = (NOTE_MARK.exec(text.slice(start, start + 12)) ?? text.slice(start, start + 1))[0];
	return [link(start, start + mark.length,
		{ id: `n${i}`, class: "note", href: `#s${i}`, role: "doc-noteref", "aria-label": `${mark}, footnote` })];
}

function paragraphs(writer, section, i, start, end) {
	const made = [];
	let heading = true;
	let back = section.role === "footnotes" && section.noted_at !== null;
	for (const [from, to] of stretches(writer, start, end)) {
		const told = writer.text.slice(from, to);
		heading = heading && isHeading(told, section);
		const label = back && NOTE_LABEL.exec(told)?.[0];
		if (label) {
			writer.links.splice(writer.link, 0, link(from, from + label.length,
				{ class: "back", href: `#n${i}`, role: "doc-backlink", "aria-label": `${label}, back to the text` }));
			back = false;
		}
		made.push(el(heading ? "h2" : "p", { dir: "auto" }, ...inline(writer, from, to)));
	}
	if (made[0]?.tagName !== "H2" && section.role !== "footnotes") {
		made.unshift(el("p.told", { "aria-hidden": "true", "data-told": inWords(section.role) }));
	}
	return made;
}

/** Cut at the empty lines, or where a text has none, at each line, without the space between. */
function* stretches(writer, start, end) {
	let from = start;
	for (const gap of writer.text.slice(start, end).matchAll(writer.gap)) {
		const to = start + gap.index;
		if (writer.text.slice(from, to).trim()) yield [from, to];
		from = to + gap[0].length;
	}
	if (writer.text.slice(from, end).trim()) yield [from, end];
}

function isHeading(told, section) {
	const plain = (text) => oneLine(text).toLowerCase();
	return told.length < 300 && [section.heading, ...section.path].some((known) => plain(known) === plain(told));
}

/** Yield a paragraph's nodes; marks and links are in order, so each is looked at once. */
function* inline(writer, start, end) {
	const stop = start + writer.text.slice(start, end).trimEnd().length;
	const marks = [];
	while (writer.page < writer.pages.length && writer.pages[writer.page].start < end) {
		marks.push(writer.pages[writer.page++]);
	}
	const links = [];
	while (writer.link < writer.links.length && writer.links[writer.link].start < end) {
		const one = writer.links[writer.link++];
		if (one.end > start && one.start >= (links.at(-1)?.end ?? 0)) links.push(one);
	}
	const points = marks.map(({ start: at }) => ({ start: at, end: at + 1, kind: "page" }));
	let open = null; // the link that the words before are in: a page may begin within it
	for (const piece of pieces(start, stop, [...writer.passage ? [writer.passage] : [], ...points, ...links])) {
		const around = links.find((one) => one.start <= piece.start && piece.end <= one.end) ?? null;
		const inside = around !== null && around === open?.link;
		const nodes = [];
		while (marks.length && marks[0].start <= piece.start) nodes.push(pageMark(marks.shift()));
		const told = document.createTextNode(writer.text.slice(piece.start, piece.end));
		places.set(told, piece.start);
		nodes.push(piece.kinds.has("passage") ? passage(writer, told) : told);
		if (inside) open.made.append(...nodes);
		else open = around && { link: around, made: el("a", around.attributes, nodes) };
		if (!inside) yield* open ? [open.made] : nodes;
	}
	for (const mark of marks) yield pageMark(mark);
}

function passage(writer, told) {
	const mark = el("mark", told);
	writer.mark ??= mark;
	return mark;
}

/** The style sheet draws the number: find in page and copying pass over it. */
function pageMark({ reporter, page, rank }) {
	return el("span", {
		id: pageId(reporter, page), class: `page ${["first", "second"][rank] ?? "further"}`, title: `${reporter} ${page}`, "data-page": page,
	});
}
