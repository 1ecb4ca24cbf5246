/* The corpus at a glance: what the index holds, in pictures that are also words. */

import { ask, searchAt } from "./api.js";
import { el, failed, inWords, many, meta, say, typeName, ui, words } from "./dom.js";

const SHADES = 5; // courts with a shade of their own; the others share one
const FIGURES = ["cases", "courts", "opinions", "sections", "passages", "characters"];
const filed = (from, step, more) => searchAt({ ...more, "date_filed.gte": from, "date_filed.lte": from + step - 1 });
const cited = (court) => court.citation_string || court.name || court.id;
const highest = (numbers) => numbers.reduce((most, n) => Math.max(most, n), 1);

async function open() {
	try {
		const found = await ask("v1/corpus");
		const { counts } = found;
		say("");
		ui.glance.replaceChildren(
			facts("figures", Object.fromEntries(FIGURES.map((name) => [inWords(name), many(counts[name] ?? found[name].length)]))),
			byYear(found), byCourt(found),
			bars("parts", "Parts of opinions", found.sections, "section_role", inWords),
			bars("voices", "Voices", found.opinions, "opinion_type", typeName),
			bars("statuses", "Status of cases", found.statuses, "status", inWords),
			build(found));
	} catch (error) {
		failed(error.message);
	}
}

const section = (id, heading, ...inside) => el("section", { id, "aria-labelledby": `${id}-head` },
	el("h2", { id: `${id}-head` }, heading), ...inside);

/** Return a bar that is `share` of its place high or wide. */
function sized(kind, side, share) {
	const bar = el("span", { class: kind });
	bar.style[side] = `${share * 100}%`;
	return bar;
}

/** Cases by year or decade: bars, stacked by court, whose names say every figure. */
function byYear({ years, courts, counts }) {
	const dates = years.map(({ year }) => year).sort((a, b) => a - b);
	const step = dates.at(-1) - dates[0] > 36 ? 10 : 1;
	const shown = courts.slice(0, SHADES);
	const labels = [...shown.map(cited), "others"];
	const stacks = new Map();
	for (let from = dates[0] - dates[0] % step; from <= dates.at(-1); from += step) stacks.set(from, labels.map(() => 0));
	for (const { court, year, cases } of years) {
		const place = shown.findIndex(({ id }) => id === court);
		stacks.get(year - year % step)[place < 0 ? shown.length : place] += cases;
	}
	const sum = (stack) => stack.reduce((all, n) => all + n, 0);
	const top = highest([...stacks.values()].map(sum));
	const columns = [...stacks].map(([from, stack]) => {
		const each = labels.map((court, i) => ({ court, i, n: stack[i] })).filter(({ n }) => n);
		const told = `${from}${step > 1 ? "s" : ""}: ${many(sum(stack))} cases (${each.map(({ court, n }) => `${court} ${many(n)}`).join(", ")})`;
		const pieces = each.map(({ i, n }) => sized(`tone-${i}`, "height", n / top)).reverse();
		return el("li", each.length ? el("a.stack", { "aria-label": told, title: told, href: filed(from, step) }, ...pieces)
			: el("span.stack"),
		el("span.tick", from % ((stacks.size > 8 ? 5 : 1) * step) ? "" : from));
	});
	return section("years", "Cases by year",
		meta(`The highest bar is ${many(top)} cases.${counts.undated ? ` ${many(counts.undated)} have no date.` : ""}`),
		el("ul.legend", ...labels.slice(0, courts.length > SHADES ? undefined : -1).map((court, i) =>
			el("li", el("span", { class: `swatch tone-${i === shown.length ? SHADES : i}` }), words(court)))),
		el("ol.columns", ...columns));
}

/** Courts and decades: a table, shaded by its numbers. */
function byCourt({ years, courts, counts }) {
	const cells = new Map();
	for (const { court, year, cases } of years) {
		const key = `${court} ${year - year % 10}`;
		cells.set(key, (cells.get(key) ?? 0) + cases);
	}
	const decades = [...new Set(years.map(({ year }) => year - year % 10))].sort((a, b) => a - b);
	const top = highest([...cells.values()]);
	const cell = (court, from) => {
		const n = cells.get(`${court.id} ${from}`);
		return n ? el("td", { class: `heat-${Math.ceil((Math.log(n + 1) / Math.log(top + 1)) * 5)}` },
			el("a", { href: filed(from, 10, { court: court.id }), "aria-label": `${many(n)} cases, ${cited(court)}, ${from}s` }, many(n)))
			: el("td", "–");
	};
	const rows = courts.map((court) => el("tr",
		el("th", { scope: "row" }, el("a", { href: searchAt({ court: court.id }) }, words(court.name ?? court.id))),
		el("td", many(court.cases)), ...decades.map((from) => cell(court, from))));
	const heads = ["Court", "Cases", ...decades.map((from) => `${from}s`)].map((head) => el("th", { scope: "col" }, head));
	return section("courts", "Cases by court and decade",
		meta(`The stronger the shade, the more.${counts.courtless ? ` Of ${many(counts.courtless)} cases the court is not known.` : ""}`),
		el("div.scroll", { tabindex: "0", role: "group", "aria-label": "Cases by court and decade" },
			el("table", el("thead", el("tr", ...heads)), el("tbody", ...rows))));
}

function bars(id, heading, tally, filter, told) {
	const rows = Object.entries(tally);
	const top = highest(Object.values(tally));
	return section(id, heading, el("ul.bars", ...rows.map(([value, n]) => el("li",
		el("a", { href: searchAt({ [filter]: value }) }, words(told(value))),
		el("span", sized("tone-0", "width", n / top)),
		el("span.number", many(n))))));
}

function build({ index, format, program, model, calibration, counts }) {
	return section("build", "Build and model", facts("facts", {
		Build: index.build_id, Made: index.as_of.replace("T", " ").replace(/\+00:00$/, " UTC"), "Index format": format, Program: program,
		Model: `${model.name}, ${model.runtime}`, Vectors: `${model.dimensions} numbers; ${model.window} tokens read at once`,
		Fingerprint: model.fingerprint, Refused: `${many(counts.refused)} records of the sources`,
		Scores: calibration.pairs === null ? "not calibrated" : `calibrated with the build, on ${many(calibration.pairs)} pairs` }));
}

const facts = (kind, told) => el("dl", { class: kind }, ...Object.entries(told).map(([name, value]) =>
	el("div", el("dt", name), el("dd", words(String(value))))));

open();
