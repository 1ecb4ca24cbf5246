/* The reading view: one opinion whole, opened at the passage that the fragment names. */

import { ask, BASE, readingAt } from "./api.js";
import { byId, copyButton, el, typeName, voice, words } from "./dom.js";
import { opinionText, reporters } from "./opinion.js";
import { fragmentSpan } from "./spans.js";

const id = decodeURIComponent(location.pathname.slice(`${BASE.pathname}o/`.length));
let opinion = null;

async function open() {
  try {
    opinion = await ask(`v1/opinions/${encodeURIComponent(id)}`);
  } catch (error) {
    fail(error);
    return;
  }
  byId("status").textContent = "";
  document.title = `${opinion.case.name} · Opinion search`;
  byId("head").replaceChildren(...head());
  byId("outline").open = matchMedia("(min-width: 60rem)").matches;
  byId("outline").querySelector("nav").replaceChildren(outline());
  byId("columns").hidden = false;
  showText();
  offerOpinions();
}

function fail(error) {
  const status = byId("status");
  status.className = "notice error";
  if (error.status === 404) {
    document.title = "No such opinion · Opinion search";
    status.replaceChildren("This index has no opinion “", words(id), "”. ", el("a", { href: BASE.href }, "Search"), " for it instead.");
    return;
  }
  const again = el("button", { type: "button", onclick: () => location.reload() }, "Try again");
  status.replaceChildren(words(error.message), " ", again);
}

/* The head */

function head() {
  const found = opinion.case;
  const line = [found.court ?? found.court_id, found.date_filed, found.docket_number && `No. ${found.docket_number}`];
  const author = [typeName(opinion.type), opinion.author];
  if (opinion.joined_by.length) author.push(`joined by ${opinion.joined_by.join(", ")}`);
  return [
    el("h1", {}, words(found.name)),
    joined("meta", line),
    found.citations.length > 0 && joined("meta", found.citations),
    el("p", { class: `voice ${voice(opinion.type)}` }, ...between(author, " · ")),
    el("ul", { id: "opinions", "aria-label": "Opinions of this case" }),
    legend(),
  ].filter(Boolean);
}

const joined = (kind, parts) => el("p", { class: kind }, ...between(parts, " · "));
const between = (parts, gap) => parts.filter(Boolean).flatMap((part, i) => [i ? gap : "", words(part)]);

function legend() {
  const shown = reporters(opinion.pages);
  return shown.length > 0 && el("p", { class: "legend" }, "Pages in the margin: ", ...between(shown, "; "));
}

async function offerOpinions() {
  try {
    const { opinions } = await ask(`v1/cases/${encodeURIComponent(opinion.case.id)}`);
    if (opinions.length < 2) return;
    byId("opinions").replaceChildren(...opinions.map((other) => {
      const told = [typeName(other.type), ...between([other.author], "").length ? [", ", words(other.author)] : []];
      return el("li", {}, other.id === id
        ? el("span", { "aria-current": "page" }, ...told)
        : el("a", { href: readingAt(other.id) }, ...told));
    }));
  } catch { /* the opinion can be read without its case's others */ }
}

/* The text and the outline */

function showText() {
  const span = fragmentSpan(location.hash);
  const { blocks, mark } = opinionText(opinion, span);
  byId("text").replaceChildren(...blocks);
  tellPassage(span, mark);
  if (mark) reveal(mark);
  showPlace();
  if (!mark && location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

/** Bring the passage into sight, its beginning first, and the keyboard to it. */
function reveal(mark) {
  mark.tabIndex = -1;
  mark.focus({ preventScroll: true });
  mark.scrollIntoView({ block: "start" });
}

async function tellPassage(span, mark) {
  const place = byId("passage");
  const name = el("span", { class: "cite" }, words(opinion.case.name));
  place.hidden = false;
  place.replaceChildren(name);
  if (!span) return;
  if (!mark) {
    place.append(el("span", {}, "The address names a place that this text does not have; here is the whole of it."));
    return;
  }
  try {
    const hit = await ask(`v1/passages/${encodeURIComponent(`${id}:${span.start}-${span.end}`)}`);
    place.replaceChildren(el("span", { class: "cite" }, words(hit.cite)),
      copyButton("Copy cite", () => hit.cite), copyButton("Copy passage", () => hit.passage.text.trim()));
  } catch { /* a stretch that is no passage of the index has no citation of its own */ }
}

function outline() {
  const notes = [];
  const parts = [];
  let before = [];
  opinion.sections.forEach(({ path, heading, role }, i) => {
    const item = (told, level) => el("li", { class: `level-${Math.min(level, 4)}` },
      el("a", { href: `#s${i}` }, words(told)));
    if (role === "footnotes") {
      notes.push(item(path.at(-1) ?? heading, 1));
      return;
    }
    const headings = path.length ? path : [heading];
    const shared = headings.findIndex((told, level) => told !== before[level]);
    const first = shared < 0 ? headings.length - 1 : shared; // a heading without words of its own, too
    parts.push(...headings.slice(first).map((told, level) => item(told, first + level + 1)));
    before = headings;
  });
  const footnotes = notes.length > 0 && el("li", {}, el("details", {},
    el("summary", {}, `Footnotes (${notes.length})`), el("ol", { class: "notes" }, ...notes)));
  return el("ol", {}, ...parts, footnotes || "");
}

/** Mark in the outline what stands at the top of the window. */
function showPlace() {
  const tops = [...byId("text").children].filter((part) => part.getBoundingClientRect().top < 120);
  const here = `#${tops.at(-1)?.id ?? "s0"}`;
  for (const link of byId("outline").querySelectorAll("a")) {
    if (link.getAttribute("href") === here) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

let due = 0;
addEventListener("scroll", () => {
  cancelAnimationFrame(due);
  due = requestAnimationFrame(showPlace);
}, { passive: true });
addEventListener("hashchange", () => {
  if (opinion && fragmentSpan(location.hash)) showText();
});
byId("search").action = BASE.href;
open();
