/* What was found: a card for a passage, and one for a case with its passages. */

import { readingAt } from "./api.js";
import { bluebook, markdown, plain, quotation } from "./cite.js";
import { between, copyButton, count, el, inWords, typeName, unseen, voice, words } from "./dom.js";
import { inUnits, pieces } from "./spans.js";
import { reasons } from "./why.js";

const FORMS = [
	["Plain", plain, "Plain citation"], ["Bluebook", bluebook, "Bluebook citation", "c"],
	["Markdown", markdown, "Markdown citation"], ["Quote", quotation, "Quote with citation", "q"],
];
const STRENGTH = { high: "Strong", medium: "Fair", low: "Weak" };

/** Return a passage with its case, place, words and citation. */
export function hitCard(hit) {
	return el("article", { class: `hit ${voice(hit.opinion.type)}` },
		el("header",
			el("h2", reading(hit, words(hit.case.name))),
			strength(hit),
			caseLine(hit.case)),
		...passageParts(hit));
}

/** Return a case with its best passage; the others are made on demand. */
export function groupCard(group) {
	const [best, ...others] = group.hits;
	const rest = others.length > 0 && folded("others", `${count(others.length, "more passage")} of this case`,
		() => others.map((hit) => el("article", { class: `inner ${voice(hit.opinion.type)}` },
			...passageParts(hit, strength(hit)))));
	return el("div.group", hitCard(best), rest);
}

/** Make something whose inside is made when it is first opened. */
function folded(kind, name, inside) {
	const made = el("details", { class: kind }, el("summary", name));
	made.addEventListener("toggle", () => made.append(...inside()), { once: true });
	return made;
}

const reading = (hit, ...told) => el("a", { href: readingAt(hit.opinion.id, hit.passage) }, ...told);

function caseLine(found) {
	const court = found.court_citation_string === "U.S." ? null : found.court_citation_string;
	const cited = found.cited_by_count;
	return el("p.meta", ...between([
		[court ?? found.court ?? found.court_id, found.court], [found.date_filed?.slice(0, 4), found.date_filed],
		[cited > 0 && `cited by ${count(cited, "case")} here`], [found.status && found.status !== "published" && inWords(found.status)],
	].filter(([told]) => told), " · ", ([told, title = null]) => words(told, { title })));
}

function strength(hit) {
	const bar = el("span.bar", { "aria-hidden": "true" }, el("span"));
	bar.firstChild.style.width = `${Math.round(hit.score * 100)}%`;
	return el("p", { class: `strength ${hit.confidence}`, title: `Score ${hit.score.toFixed(2)} of 1` },
		bar, STRENGTH[hit.confidence] ?? hit.confidence, unseen(" match"));
}

function passageParts(hit, beside = null) {
	return [
		el("div.place", el("ol.path", { "aria-label": "Section" },
			...hit.section.path.map((heading) => el("li", words(heading === hit.section.role ? inWords(heading) : heading)))),
		voiceTag(hit), beside),
		el("blockquote", { dir: "auto" }, ...marked(hit.passage.text, hit.highlights)),
		el("p.cite", words(hit.cite)),
		el("footer",
			el("span.copies", { role: "group", "aria-label": "Copy" },
				el("span", { "aria-hidden": "true" }, "Copy"),
				...FORMS.map(([label, form, full, key = null]) => copyButton(label, () => form(hit), { full, "data-key": key }))),
			el("a", { href: `#like=${encodeURIComponent(hit.passage.id)}`, "data-key": "m" }, "More like this"),
			reading(hit, "Read in the opinion")),
		hit.explain && folded("why", "Why this hit", () => [reasons(hit)]),
		alsoIn(hit),
	];
}

function voiceTag({ opinion, authority }) {
	const kind = ["lead", "combined"].includes(opinion.type) ? null : typeName(opinion.type);
	const author = opinion.author?.toLowerCase() === kind?.toLowerCase() ? null : opinion.author;
	const told = between([kind, author, authority && inWords(authority)], ", ");
	return told.length > 0 && el("span.voice", ...told);
}

function alsoIn(hit) {
	const others = hit.also_quoted_in;
	return others?.length > 0 && folded("also", `The same words stand in ${count(others.length, "other place")}`,
		() => [el("ul", ...others.map((other) => el("li", words(other.cite))))]);
}

/** Return the passage as nodes: the best sentence in `mark`, words of the query in `b`. */
export function marked(whole, highlights) {
	const spans = inUnits(whole, highlights);
	const nodes = [];
	let sentence = null;
	for (const { start, end, kinds } of pieces(0, whole.trimEnd().length, spans)) {
		const text = whole.slice(start, end);
		const node = kinds.has("term") ? el("b", text) : text;
		if (!kinds.has("sentence")) sentence = null;
		else if (!sentence) nodes.push(sentence = el("mark"));
		if (sentence) sentence.append(node);
		else nodes.push(node);
	}
	return nodes;
}
