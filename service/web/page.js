/* The search page. Its address holds the whole state, in the names of GET /v1/search. */

import { ask, BASE } from "./api.js";
import { byId, el, inWords, OPINION_TYPES, SECTION_ROLES, typeName, words } from "./dom.js";
import { groupCard, hitCard } from "./results.js";

const FILTERS = {
  court: "Court", "date_filed.gte": "From", "date_filed.lte": "To", section_role: "Part",
  opinion_type: "Kind", judge: "Judge", status: "Status", case_id: "Case", cites: "Cites",
  binding_on: "Binding on", mode: "Mode", rerank: "Rerank", forum: "Forum", min_score: "Score from",
};
const OTHERS = ["q", "k", "group_by"];
const STEP = 10;
const MOST = 100;

let state = new URLSearchParams();
let running = new AbortController();

/* The state and the address */

function fromAddress() {
  const given = new URLSearchParams(location.search);
  const known = [...given].filter(([name, value]) => value && (name in FILTERS || OTHERS.includes(name)));
  state = new URLSearchParams(known);
  show();
  run();
}

/** Change the state, put it into the address and search. */
function go(change) {
  state.set("q", byId("q").value);
  if (!state.get("q").trim()) state.delete("q");
  state.delete("k");
  change(state);
  const search = state.toString();
  const address = search ? `?${search}` : BASE.pathname;
  if (search === location.search.slice(1)) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  show();
  run();
}

/** Take one value of a parameter away. */
function without(name, value) {
  const left = state.getAll(name).filter((other) => other !== value);
  state.delete(name);
  left.forEach((other) => state.append(name, other));
}

/* The controls */

function show() {
  byId("q").value = state.get("q") ?? "";
  byId("group").checked = state.get("group_by") === "case";
  byId("from").value = state.get("date_filed.gte") ?? "";
  byId("to").value = state.get("date_filed.lte") ?? "";
  for (const box of document.querySelectorAll("#choices [type=checkbox]")) {
    box.checked = state.getAll(box.name).includes(box.value);
  }
  showChips();
  document.title = state.get("q") ? `${state.get("q")} · Opinion search` : "Opinion search";
}

function showChips() {
  const set = [...state].filter(([name]) => name in FILTERS);
  byId("chips").replaceChildren(...set.map(([name, value]) => {
    const told = { section_role: inWords, opinion_type: typeName }[name]?.(value) ?? value;
    const remove = () => {
      go(() => without(name, value));
      byId("q").focus();
    };
    return el("li", {}, el("button", { type: "button", onclick: remove,
      "aria-label": `Remove the filter ${FILTERS[name]} ${told}` },
    `${FILTERS[name]}: `, words(told), el("span", { "aria-hidden": "true" }, " ×")));
  }));
}

function boxes(place, name, values, told) {
  byId(place).append(...values.map((value) => {
    const box = el("input", { type: "checkbox", name, value });
    box.addEventListener("change", () => go(() => {
      without(name, value);
      if (box.checked) state.append(name, value);
    }));
    return el("label", {}, box, " ", told(value));
  }));
}

function applyFields() {
  go(() => {
    const court = byId("court").value.trim();
    if (court && !state.getAll("court").includes(court)) state.append("court", court);
    for (const [id, name] of [["from", "date_filed.gte"], ["to", "date_filed.lte"]]) {
      const date = byId(id).value.trim();
      if (date) state.set(name, date);
      else state.delete(name);
    }
  });
  byId("court").value = "";
}

async function offerCourts() {
  if (byId("courts").childElementCount) return;
  try {
    const { cases } = await ask("v1/cases?limit=100");
    const courts = new Map(cases.map((known) => [known.court_id, known.court]));
    courts.delete(null);
    byId("courts").replaceChildren(...[...courts].sort().map(
      ([value, name]) => el("option", { value }, name ?? value)));
  } catch { /* a help while typing, no more */ }
}

/* The answer */

async function run(focusOn = null) {
  running.abort();
  const { signal } = running = new AbortController();
  const quiet = focusOn !== null;
  if (!quiet) clear();
  if (!state.has("q")) {
    welcome(signal);
    return;
  }
  byId("answer").setAttribute("aria-busy", "true");
  byId("status").textContent = "Searching…";
  try {
    const found = await ask(`v1/search?${state}`, { signal });
    clear();
    render(found);
    if (quiet) document.querySelectorAll("#hits > li")[focusOn]?.querySelector("a")?.focus();
  } catch (error) {
    if (error.name === "AbortError") return;
    clear();
    fail(error);
  }
  byId("answer").removeAttribute("aria-busy");
}

function clear() {
  byId("hits").replaceChildren();
  byId("notices").replaceChildren();
  byId("status").textContent = "";
  byId("more").hidden = true;
}

function render(found) {
  const rows = found.groups ?? found.hits;
  const noun = found.groups ? "case" : "passage";
  byId("hits").replaceChildren(...rows.map((row) => el("li", {}, found.groups ? groupCard(row) : hitCard(row))));
  byId("status").textContent = rows.length
    ? `${rows.length} ${noun}${rows.length === 1 ? "" : "s"}, best first, in ${Math.round(found.took_ms.total)} ms`
    : "";
  tellNotices(found, rows);
  byId("more").hidden = rows.length < wanted() || wanted() >= MOST;
}

function tellNotices(found, rows) {
  if (found.phrases_not_found.length) {
    const phrases = found.phrases_not_found.flatMap((phrase, i) => [i ? ", " : "", "“", words(phrase), "”"]);
    notice("phrases", ["No passage has the words ", ...phrases,
      ". What follows was found by the words one by one and by meaning."]);
  }
  if (!rows.length) {
    const filtered = [...state.keys()].some((name) => name in FILTERS);
    const clearing = el("button", { type: "button", onclick: () => go(() => {
      Object.keys(FILTERS).forEach((name) => state.delete(name));
    }) }, "Search without filters");
    notice("empty", ["Nothing was found. ", filtered ? clearing : "Try other words."]);
  } else if (found.no_match) {
    notice("no-match", ["Nothing here is likely to answer this. The nearest passages follow; do not quote them as an answer."]);
  }
}

function notice(kind, parts) {
  byId("notices").append(el("p", { class: `notice ${kind}` }, ...parts));
}

function fail(error) {
  const again = el("button", { type: "button", onclick: () => run() }, "Try again");
  byId("notices").append(el("p", { class: "notice error", role: "alert" },
    words(error.message), " ", error.status >= 500 || error.status === 429 || !error.status ? again : null));
}

const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

async function welcome(signal) {
  try {
    const { index } = await ask("readyz", { signal });
    byId("status").textContent = `${count(index.passages, "passage")} of ${count(index.cases, "case")}. `
      + "Each answer is a court’s own words, with their place and a citation.";
  } catch (error) {
    if (error.name !== "AbortError") fail(error);
  }
}

const wanted = () => Number(state.get("k") ?? STEP);

function more() {
  const shown = wanted();
  state.set("k", Math.min(shown + STEP, MOST));
  history.replaceState(null, "", `?${state}`);
  run(shown);
}

/* Start */

boxes("roles", "section_role", SECTION_ROLES, inWords);
boxes("types", "opinion_type", OPINION_TYPES, typeName);
byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  go(() => {});
});
byId("choices").addEventListener("submit", (event) => {
  event.preventDefault();
  applyFields();
});
byId("group").addEventListener("change", () => go(() => {
  if (byId("group").checked) state.set("group_by", "case");
  else state.delete("group_by");
}));
byId("filters").addEventListener("toggle", () => byId("filters").open && offerCourts());
byId("more").addEventListener("click", more);
addEventListener("popstate", fromAddress);
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea")) return;
  event.preventDefault();
  byId("q").select();
});
fromAddress();
