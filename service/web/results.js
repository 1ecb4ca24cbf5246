/* What was found: a card for a passage, and one for a case with its passages. */

import { readingAt } from "./api.js";
import { copyButton, el, typeName, voice, words } from "./dom.js";
import { inUnits, pieces } from "./spans.js";

const STRENGTH = { high: "Strong", medium: "Fair", low: "Weak" };

/** Return a passage with its case, place, words and citation. */
export function hitCard(hit) {
  return el("article", { class: `hit ${voice(hit.opinion.type)}` },
    el("header", {},
      el("h2", {}, el("a", { href: hitHref(hit) }, words(hit.case.name))),
      strength(hit),
      caseLine(hit.case)),
    ...passageParts(hit));
}

/** Return a case with its best passage, and the others folded away. */
export function groupCard(group) {
  const [best, ...others] = group.hits;
  const rest = others.length > 0 && el("details", { class: "others" },
    el("summary", {}, `${others.length} more passage${others.length === 1 ? "" : "s"} of this case`),
    ...others.map((hit) => el("article", { class: `inner ${voice(hit.opinion.type)}` },
      ...passageParts(hit, strength(hit)))));
  return el("div", { class: "group" }, hitCard(best), rest);
}

const hitHref = (hit) => readingAt(hit.opinion.id, hit.passage);

function caseLine(found) {
  const court = found.court_citation_string === "U.S." ? null : found.court_citation_string;
  const parts = [court ?? found.court ?? found.court_id, found.date_filed?.slice(0, 4)];
  return el("p", { class: "meta" }, ...parts.filter(Boolean).flatMap(
    (part, i) => [i ? " · " : "", words(part, { title: i ? null : found.court })]));
}

function strength(hit) {
  const bar = el("span", { class: "bar", "aria-hidden": "true" }, el("span", {}));
  bar.firstChild.style.width = `${Math.round(hit.score * 100)}%`;
  return el("p", { class: `strength ${hit.confidence}`, title: `Score ${hit.score.toFixed(2)} of 1` },
    bar, STRENGTH[hit.confidence] ?? hit.confidence, el("span", { class: "offscreen" }, " match"));
}

function passageParts(hit, beside = null) {
  return [
    el("div", { class: "place" }, el("ol", { class: "path", "aria-label": "Section" },
      ...hit.section.path.map((heading) => el("li", {}, words(heading)))), voiceTag(hit.opinion), beside),
    el("blockquote", { dir: "auto" }, ...marked(hit.passage.text, hit.highlights)),
    el("footer", {},
      el("span", { class: "cite" }, words(hit.cite)),
      copyButton("Copy cite", () => hit.cite),
      copyButton("Copy quote", () => `“${bestWords(hit)}” ${hit.cite}`),
      copyButton("Copy Markdown", () => markdown(hit)),
      el("a", { href: hitHref(hit) }, "Read in the opinion")),
    alsoIn(hit),
  ];
}

function voiceTag(opinion) {
  const court = voice(opinion.type) === "" && ["lead", "combined"].includes(opinion.type);
  const told = [court ? null : typeName(opinion.type), opinion.author].filter(Boolean);
  return told.length > 0 && el("span", { class: "voice" },
    ...told.flatMap((part, i) => [i ? ", " : "", words(part)]));
}

function alsoIn(hit) {
  const others = hit.also_quoted_in;
  return others.length > 0 && el("details", { class: "also" },
    el("summary", {}, `The same words stand in ${others.length} other place${others.length === 1 ? "" : "s"}`),
    el("ul", {}, ...others.map((other) => el("li", {}, words(other.cite)))));
}

/** Return the passage's words as nodes: the best sentence in `mark`, words of the query in `b`. */
function marked(whole, highlights) {
  const spans = inUnits(whole, highlights);
  const nodes = [];
  let sentence = null;
  for (const piece of pieces(0, whole.trimEnd().length, spans)) {
    const text = whole.slice(piece.start, piece.end);
    const node = piece.kinds.has("term") ? el("b", {}, text) : text;
    if (!piece.kinds.has("sentence")) {
      sentence = null;
      nodes.push(node);
      continue;
    }
    if (sentence === null) nodes.push(sentence = el("mark", {}));
    sentence.append(node);
  }
  return nodes;
}

/** Return the best sentence, or the whole passage where none is marked. */
function bestWords(hit) {
  const [best] = inUnits(hit.passage.text, hit.highlights).filter((span) => span.kind === "sentence");
  return (best ? hit.passage.text.slice(best.start, best.end) : hit.passage.text).trim();
}

function markdown(hit) {
  const quoted = bestWords(hit).split("\n").map((line) => `> ${escaped(line)}`.trimEnd()).join("\n");
  return `${quoted}\n>\n> [${escaped(hit.cite)}](${hitHref(hit)})`;
}

const escaped = (text) => text.replace(/[\\`*_[\]<>#|]/g, "\\$&");
