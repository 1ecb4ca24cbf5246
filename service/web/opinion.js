/* Turns an opinion's text into sections and paragraphs, with its page marks and one passage marked. */

import { el, inWords } from "./dom.js";
import { pieces, unitsOf } from "./spans.js";

/** Return the reporters whose pages are marked, the one with the most marks first. */
export function reporters(pages) {
  const counts = new Map();
  for (const { reporter } of pages) counts.set(reporter, (counts.get(reporter) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([reporter]) => reporter);
}

/**
 * Return the text's sections as elements, and the first element of the passage or null.
 *
 * `span` is `{start, end}` in code points of the text, or null.
 */
export function opinionText(opinion, span) {
  const text = opinion.text;
  const units = unitsOf(text);
  const order = reporters(opinion.pages);
  const writer = {
    text,
    gap: /\n[^\S\n]*\n/.test(text) ? /\n[^\S\n]*\n\s*/g : /\n\s*/g,
    span: span && { start: units(span.start), end: units(span.end), kind: "passage" },
    pages: opinion.pages.map((page) => ({ ...page, start: units(page.start), rank: order.indexOf(page.reporter) })),
    page: 0,
    mark: null,
  };
  const blocks = opinion.sections.map((section, i) => el("section", { id: `s${i}`, class: section.role },
    ...paragraphs(writer, section, units(section.start), units(section.end))));
  return { blocks, mark: writer.mark };
}

function paragraphs(writer, section, start, end) {
  const made = [];
  let heading = true;
  for (const [from, to] of stretches(writer, start, end)) {
    const told = writer.text.slice(from, to);
    heading = heading && isHeading(told, section);
    made.push(el(heading ? "h2" : "p", { dir: "auto" }, ...inline(writer, from, to)));
  }
  if (!made.length || made[0].tagName !== "H2") {
    const role = section.role === "footnotes" ? null : inWords(section.role);
    if (role) made.unshift(el("p", { class: "role", "aria-hidden": "true", "data-role": role }));
  }
  return made;
}

/** Cut at the empty lines, or where a text has none, at each line; the white space between is left out. */
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
  const plain = (text) => text.replace(/\s+/g, " ").trim().toLowerCase();
  return told.length < 300 && [section.heading, ...section.path].some((known) => plain(known) === plain(told));
}

function* inline(writer, start, end) {
  const stop = start + writer.text.slice(start, end).trimEnd().length;
  const marks = [];
  while (writer.page < writer.pages.length && writer.pages[writer.page].start < end) {
    marks.push(writer.pages[writer.page++]);
  }
  const points = marks.map(({ start: at }) => ({ start: at, end: at + 1, kind: "page" }));
  const spans = writer.span ? [writer.span, ...points] : points;
  for (const piece of pieces(start, stop, spans)) {
    while (marks.length && marks[0].start <= piece.start) yield pageMark(marks.shift());
    const told = writer.text.slice(piece.start, piece.end);
    yield piece.kinds.has("passage") ? passage(writer, told) : told;
  }
  for (const mark of marks) yield pageMark(mark);
}

function passage(writer, told) {
  const mark = el("mark", {}, told);
  writer.mark ??= mark;
  return mark;
}

/** The number is drawn by the style sheet: find in page and a copied quotation pass over it. */
function pageMark({ reporter, page, rank }) {
  return el("span", {
    class: `page ${["first", "second"][rank] ?? "further"}`, role: "doc-pagebreak",
    "aria-label": `page ${page} of ${reporter}`, title: `${reporter} ${page}`, "data-page": page,
  });
}
