/* The filters, with what each value would leave of the index, under the others. */

import { ask } from "./api.js";
import { courtGroups } from "./courts.js";
import { count, el, inWords, many, typeName, ui, unseen, words } from "./dom.js";
import { yearsChart } from "./years.js";

const DATES = ["date_filed.gte", "date_filed.lte"];
const FIELDS = ["from", "to"];
export const LISTS = ["court", "opinion_type", "section_role", "case_id", "judge", "status", "cites"];
const MANY_COURTS = 12;

/** Make the filters; `change(edit)` is called with a function that edits the state. */
export function makeFilters(change) {
	const rows = new Map();
	const folds = new Map();
	let state = new URLSearchParams();
	let courts = [];
	let running = new AbortController();
	let last = null;

	const written = (year) => (year === null ? "" : String(year).padStart(4, "0"));
	const setYears = yearsChart(ui.chart, (...range) => FIELDS.forEach((id, i) => { ui[id].value = written(range[i]); }),
		(...range) => change((edited) => DATES.forEach((name, i) => put(edited, name, written(range[i])))));
	const find = el("input", { type: "search", "aria-label": "Find a court", placeholder: "Find a court", oninput: () => showCourts(), hidden: true });
	const list = el("div.list");
	ui.courts.append(find, list);

	/** Return the row of a value, made once, so that the keyboard stays. */
	function row(name, value, told) {
		const key = `${name} ${value}`;
		if (!rows.has(key)) {
			const box = el("input", { type: "checkbox", name, value, onchange: () => change((edited) => {
				edited.delete(name, value);
				if (box.checked) edited.append(name, value);
			}) });
			const number = el("span.count");
			rows.set(key, { box, number, label: el("label", box, words(told, { title: told }), number) });
		}
		return rows.get(key);
	}

	function fill(place, name, known, tell, noun) {
		const numbers = new Map([...state.getAll(name).map((value) => [value, 0]), ...known.map((one) => [one.value, one[`${noun}s`]])]);
		place.parentElement.hidden = !numbers.size;
		place.replaceChildren(...[...numbers].sort((a, b) => b[1] - a[1]).map(([value, of]) => labelled(row(name, value, tell(value)), of, noun)));
	}

	function labelled({ box, number, label }, of, noun) {
		box.checked = state.has(box.name, box.value);
		number.replaceChildren(...counted(of, noun));
		label.classList.toggle("none", !of);
		return label;
	}

	function courtRow(court) {
		const made = labelled(row("court", court.id, court.name ?? court.id), court.cases, "case");
		made.dataset.depth = Math.min(court.depth, 2);
		return made;
	}

	function showCourts() {
		const sought = find.value.trim().toLowerCase();
		const chosen = state.getAll("court");
		const known = courts.map(({ id }) => id);
		const all = [...courts, ...chosen.filter((id) => !known.includes(id)).map((id) => ({ id, cases: 0, level: null }))];
		find.hidden = all.length <= MANY_COURTS;
		const fits = (court) => [court.name, court.id, court.citation_string].some((told) => told?.toLowerCase().includes(sought));
		const groups = courtGroups(sought ? all.filter(fits) : all);
		list.replaceChildren(...groups.flatMap(([name, within]) => (
			within.length === 1 || sought || find.hidden ? within.map(courtRow) : fold(name, within, chosen))));
		if (!list.childElementCount) list.append(el("p.told", sought ? "No court of that name." : "No court is known."));
	}

	/** Return a group of courts to open: all of them at once, or each. */
	function fold(name, within, chosen) {
		const ids = within.map(({ id }) => id);
		const set = ids.filter((id) => chosen.includes(id)).length;
		if (!folds.has(name)) folds.set(name, el("details", { open: set > 0 }, el("summary"), el("div")));
		const made = folds.get(name);
		const all = el("input", { type: "checkbox", onchange: () => change((edited) => {
			ids.forEach((id) => edited.delete("court", id));
			if (all.checked) ids.forEach((id) => edited.append("court", id));
		}) });
		all.checked = set === ids.length;
		all.indeterminate = set > 0 && !all.checked;
		const total = within.reduce((sum, { cases }) => sum + cases, 0);
		made.firstChild.replaceChildren(name, el("span.count", ...counted(total, "case")));
		made.lastChild.replaceChildren(el("label.all", all, words(`All ${ids.length}`, { "aria-label": `All ${ids.length}, ${name}` })), ...within.map(courtRow));
		return made;
	}

	function draw(facets) {
		const active = document.activeElement;
		({ courts } = facets);
		showCourts();
		fill(part("types"), "opinion_type", facets.opinion_types, typeName, "passage");
		fill(part("roles"), "section_role", facets.section_roles, inWords, "passage");
		fill(part("statuses"), "status", facets.statuses, inWords, "case");
		setYears(facets.years, ...DATES.map((name) => Number(state.get(name)?.slice(0, 4)) || null));
		showDates();
		if (facets.years.length) [ui.from.placeholder, ui.to.placeholder] = [facets.years[0].year, facets.years.at(-1).year];
		ui.left.textContent = `${count(facets.cases, "case")} of the index, ${count(facets.passages, "passage")}. `
			+ "Beside a value: how many of them it would leave.";
		if (active !== document.activeElement && active.isConnected) active.focus();
	}

	const showDates = () => FIELDS.forEach((id, i) => { ui[id].value = state.get(DATES[i]) ?? ""; });

	/** Show what is set, and count again where the filters changed. */
	return async function show(asked) {
		state = asked;
		showDates();
		ui.judge.value = state.get("judge") ?? "";
		const body = JSON.stringify({ filters: conditions(state) });
		for (const { box } of rows.values()) box.checked = state.has(box.name, box.value);
		if (body === last) return;
		running.abort();
		running = new AbortController();
		try {
			const facets = await ask("v1/facets", { body, signal: running.signal, quiet: true });
			last = body;
			draw(facets);
		} catch { /* the search says what is wrong */ }
	};
}

/** Return the filters of a state as the service takes them. */
export const conditions = (state) => ({
	...Object.fromEntries(LISTS.map((name) => [name, state.getAll(name)])),
	binding_on: state.get("binding_on"),
	date_filed: { gte: state.get(DATES[0]), lte: state.get(DATES[1]) },
});

/** Return a number, with its noun for who hears it. */
const counted = (number, noun) => [many(number), unseen(` ${noun}${number === 1 ? "" : "s"}`)];

/** Return the place of a facet's rows, behind its legend. */
const part = (id) => ui[id].querySelector(".list") ?? ui[id].appendChild(el("div.list"));

/** Set a parameter; without a value, take it away. */
export function put(state, name, value) {
	if (value) state.set(name, value);
	else state.delete(name);
}
