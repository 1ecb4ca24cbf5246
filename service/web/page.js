/* The search page. Behind `#` stands its whole state, in the names of GET /v1/search; `like` is a passage's id. */

import { ask, passageAt, searchAt } from "./api.js";
import { between, button, count, el, inWords, on, say, typeName, ui, words } from "./dom.js";
import { conditions, LISTS, makeFilters, put } from "./filters.js";
import { listenToKeys } from "./keys.js";
import { groupCard, hitCard, marked } from "./results.js";

const FILTERS = {
	court: "Court", "date_filed.gte": "From", "date_filed.lte": "To", section_role: "Part",
	opinion_type: "Voice", judge: "Judge", status: "Status", case_id: "Case", cites: "Cites",
	binding_on: "Binding on", mode: "Mode", rerank: "Rerank", forum: "Forum", min_score: "Score from",
};
const FIELDS = { from: "date_filed.gte", to: "date_filed.lte", judge: "judge" };
const KNOWN = [...Object.keys(FILTERS), "q", "k", "group_by", "like"];
const STEP = 10;
const MOST = 100;

let state = new URLSearchParams();
let running = new AbortController();
let retry = 0;
const cards = new Map();
const answers = new Map();
const showFilters = makeFilters((edit) => go(edit));

/* The state and the address */

/** Read the state; from before the `#`, where older links have it, it is moved at once. */
function fromAddress(event) {
	state = new URLSearchParams();
	for (const [name, value] of new URLSearchParams(`${location.search}&${location.hash.slice(1)}`)) {
		if (value && KNOWN.includes(name)) state[LISTS.includes(name) ? "append" : "set"](name, value);
	}
	write("replaceState");
	show();
	run({ kept: event?.state });
}

/** Put the state into the address, as one that was shown, unlike what a link leads to. */
const write = (how) => history[how](true, "", searchAt(state));

/** Change the state, put it into the address and search. */
function go(edit) {
	put(state, "q", ui.q.value.trim() && ui.q.value);
	state.delete("k");
	edit(state);
	if (searchAt(state) !== location.href) write("pushState");
	show();
	run();
}

/* The controls */

const grouped = () => state.get("group_by") !== "none";

function show() {
	ui.q.value = state.get("q") ?? "";
	ui.group.checked = grouped();
	showChips();
	const about = state.has("like") ? "Passages alike" : state.get("q");
	document.title = about ? `${about} · Opinion search` : "Opinion search";
	const look = document.body.classList;
	look.toggle("alike", state.has("like"));
	if (look.contains("asking") !== look.toggle("asking", state.has("q"))) settle();
	if (state.has("q") || ui.filters.open) showFilters(state);
}

function showChips() {
	const set = state.has("like") ? [] : [...state].filter(([name]) => name in FILTERS);
	ui.chips.replaceChildren(...set.map(([name, value]) => {
		const told = { section_role: inWords, opinion_type: typeName, status: inWords }[name]?.(value) ?? value;
		const remove = () => {
			go(() => state.delete(name, value));
			(ui.chips.querySelector("button") ?? ui.q).focus();
		};
		return el("li", button([`${FILTERS[name]}: `, words(told), " ×"], remove,
			{ "aria-label": `Remove the filter ${FILTERS[name]} ${told}` }));
	}), ...(set.length > 1 ? [el("li", clearing("Remove all"))] : []));
}

const clearing = (label) => button(label, () => {
	go(() => Object.keys(FILTERS).forEach((filter) => state.delete(filter)));
	ui.q.focus();
});

function applyFields() {
	if (!ui.choices.reportValidity()) return;
	const changed = Object.entries(FIELDS).map(([id, name]) => [name, ui[id].value.trim()])
		.filter(([name, value]) => value !== (state.get(name) ?? ""));
	if (changed.length) go(() => changed.forEach((one) => put(state, ...one)));
}

/* The answer */

/** Ask and show, `more` behind what is shown, or where `kept`, the answer had before. */
async function run({ more = 0, kept = false } = {}) {
	running.abort();
	clearTimeout(retry);
	const { signal } = running = new AbortController();
	const asked = request();
	if (!asked) {
		clear();
		return welcome(signal);
	}
	const [path, body] = asked;
	const key = path + body;
	if (kept && answers.has(key)) return render(answers.get(key));
	performance.mark("asked");
	busy(ui.hits.childElementCount ? "again" : "first");
	try {
		const found = await ask(path, { signal, body });
		performance.mark("answered");
		answers.set(key, found);
		if (answers.size > 20) answers.delete(answers.keys().next().value);
		render(found);
		if (more) document.querySelectorAll("#hits > li")[more]?.querySelector("a")?.focus();
		else scrollTo(0, 0);
		requestAnimationFrame(() => performance.mark("shown"));
	} catch (error) {
		if (error.name === "AbortError") return;
		clear();
		fail(error);
	}
}

/** Return where to ask for what the state wants, and what to post there; null where it wants nothing. */
function request() {
	if (state.has("like")) return [passageAt(state.get("like"), `/similar?k=${wanted()}`)];
	if (!state.has("q")) return null;
	return ["v1/search", JSON.stringify({
		query: state.get("q"), k: wanted(), mode: state.get("mode") ?? "hybrid", rerank: { true: true, false: false }[state.get("rerank")] ?? state.get("rerank"),
		forum: state.get("forum"), min_score: Number(state.get("min_score")), group_by: grouped() ? "case" : null,
		explain: true, filters: conditions(state),
	})];
}

function busy(how) {
	ui.answer.setAttribute("aria-busy", how !== "");
	ui.answer.dataset.busy = how;
	if (how) say("Searching…");
}

function clear() {
	busy("");
	cards.clear();
	ui.hits.replaceChildren();
	ui.notices.replaceChildren();
	say("");
	ui.more.hidden = true;
}

function render(found) {
	const rows = found.groups ?? found.hits;
	busy("");
	ui.notices.replaceChildren();
	ui.hits.replaceChildren(...rows.map(cardOf));
	const took = found.took_ms ? `, in ${Math.round(found.took_ms.total)} ms` : "";
	say(rows.length ? `${count(rows.length, found.groups ? "case" : "passage")}, best first${took}` : "");
	if (state.has("like")) tellSource();
	else tellNotices(found, rows);
	ui.more.hidden = rows.length < wanted() || wanted() >= MOST;
}

/** Return the card of a row; one that is shown stays as it is, with what was opened in it. */
function cardOf(row) {
	const same = JSON.stringify(row);
	const card = cards.get(same) ?? el("li", row.hits ? groupCard(row) : hitCard(row));
	cards.set(same, card);
	return card;
}

async function tellSource() {
	const place = el("section.source", { "aria-label": "The passage that these are like" });
	ui.notices.replaceChildren(place);
	try {
		const hit = await ask(passageAt(state.get("like")), { signal: running.signal });
		place.append(el("p", "Passages of other cases that are like this one, of ", words(hit.cite), ":"),
			el("blockquote", { dir: "auto" }, ...marked(hit.passage.text, [])));
	} catch { /* the list can be read without it */ }
}

function tellNotices(found, rows) {
	if (found.phrases_not_found.length) {
		const phrases = between(found.phrases_not_found, ", ", (phrase) => words(`“${phrase}”`));
		notice("phrases", ["No passage has the words ", phrases, ". What follows was found by the words one by one and by meaning."]);
	}
	if (!rows.length) {
		const filtered = [...state.keys()].some((name) => name in FILTERS);
		notice("empty", ["Nothing was found. ", filtered ? clearing("Search without filters") : "Try other words."]);
	} else if (found.no_match) {
		notice("no-match", ["Nothing here is likely to answer this. What is nearest follows; do not quote it as an answer."]);
	}
}

function notice(kind, parts, role = null) {
	ui.notices.append(el("p", { class: `notice ${kind}`, role }, ...parts));
}

/** Say what went wrong; what passes is tried again when the service said to. */
function fail(error) {
	const passes = !error.status || error.status === 429 || error.status >= 500;
	const told = [words(error.message)];
	if (error.wait && passes) {
		told.push(` Trying again in ${count(error.wait, "second")}. `);
		retry = setTimeout(() => run(), error.wait * 1000);
	}
	if (passes) told.push(" ", button("Try again", () => run()));
	notice("error", told, "alert");
}

const WAYS = [
	["What happened, or a rule, in plain words", "officer shot a fleeing suspect who had no weapon"],
	["Exact words in quotation marks", "“objectively reasonable” taser"],
	["A citation, with a page if you like", "490 U.S. 386, 396"],
	["A case by its name", "Terry v. Ohio"],
];

async function welcome(signal) {
	ui.notices.append(el("dl.ways", ...WAYS.map(([what, example]) => el("div",
		el("dt", what), el("dd", el("a", { href: searchAt({ q: example.replace(/[“”]/g, '"') }) }, example))))));
	try {
		const { index } = await ask("readyz", { signal });
		say(`${count(index.passages, "passage")} of ${count(index.cases, "case")}. `
			+ "Each answer is a court’s own words, with its place and citation.");
	} catch (error) {
		if (error.name !== "AbortError") fail(error);
	}
}

const wanted = () => Number(state.get("k")) || STEP;

function more() {
	const shown = wanted();
	state.set("k", Math.min(shown + STEP, MOST));
	write("replaceState");
	run({ more: shown });
}

/* Start */

const wide = matchMedia("(min-width: 60rem)");
const settle = () => { ui.filters.open = wide.matches && document.body.classList.contains("asking"); };
on("search", "submit", () => go(() => state.delete("like")));
on("choices", "submit", applyFields);
for (const id in FIELDS) on(id, "change", applyFields);
on("group", "change", () => go(() => put(state, "group_by", !ui.group.checked && "none")));
on("filters", "toggle", () => ui.filters.open && showFilters(state));
on("more", "click", more);
addEventListener("popstate", fromAddress);
wide.addEventListener("change", settle);
for (const skip of document.querySelectorAll(".skip")) {
	skip.onclick = () => { // its fragment would take the place of the state
		ui.answer.focus();
		return false;
	};
}
listenToKeys();
fromAddress();
if (!state.has("q") && !state.has("like")) ui.q.focus();
