/* The years as a picture: drag over it, or move its two sliders. */

import { count, el } from "./dom.js";

const STEPS = [1, 2, 5, 10, 20, 50];
const MOST_BARS = 48;
const PATIENCE_MS = 350;

/** Fill `place`; `onMove` gets the years as they move, `onChange` then; null is an open end. */
export function yearsChart(place, onMove, onChange) {
	const bars = el("div.bars", { "aria-hidden": "true", onpointerdown: grab, onpointermove: drag, onpointerup: drop, onpointercancel: forget });
	const sliders = ["Earliest year", "Latest year"].map((name) => el("input", { type: "range", "aria-label": name, oninput: () => {
		paint();
		send(PATIENCE_MS);
	} }));
	place.append(bars, el("div.sliders", ...sliders));
	let shown = { first: 0, last: 0, step: 1, counts: [] };
	let due = 0;
	let anchor = null;
	let before = [];

	function range() {
		const [a, b] = sliders.map((slider) => Number(slider.value));
		return [Math.min(a, b), Math.max(a, b)];
	}

	const open = (from, to) => [from > shown.first ? from : null, to < shown.last ? to : null];

	function paint() {
		const [from, to] = range();
		shown.counts.forEach(({ start, cases }, i) => {
			bars.children[i].classList.toggle("out", start + shown.step - 1 < from || start > to);
			bars.children[i].title = `${start}${shown.step > 1 ? `–${start + shown.step - 1}` : ""}: ${count(cases, "case")}`;
		});
		onMove(...open(from, to));
	}

	function send(patience) {
		clearTimeout(due);
		due = setTimeout(() => {
			const [from, to] = range();
			onChange(...open(from, to));
		}, patience);
	}

	function yearAt(event) {
		const box = bars.getBoundingClientRect();
		const part = Math.min(Math.max((event.clientX - box.left) / box.width, 0), .9999);
		return shown.counts[Math.floor(part * shown.counts.length)].start;
	}

	function drag(event) {
		if (anchor === null) return;
		const here = yearAt(event);
		sliders[0].value = Math.min(anchor, here);
		sliders[1].value = Math.max(anchor, here) + shown.step - 1;
		paint();
	}

	function grab(event) {
		if (event.button) return;
		bars.setPointerCapture(event.pointerId);
		before = range();
		anchor = yearAt(event);
		drag(event);
	}

	function drop() {
		anchor = null;
		send(0);
	}

	function forget() { // the finger scrolls the page
		anchor = null;
		sliders.forEach((slider, i) => { slider.value = before[i]; });
		paint();
	}

	/** Show `years` of `{year, cases}`, with the range `from` to `to`, null where it is open. */
	return function show(years, from, to) {
		if (anchor !== null) return;
		const known = [...years.map(({ year }) => year), from, to].filter((year) => year !== null);
		place.hidden = known.length < 2;
		if (place.hidden) return;
		const least = Math.min(...known);
		const most = Math.max(...known);
		const step = STEPS.find((size) => (most - least) / size < MOST_BARS) ?? 100;
		const first = Math.floor(least / step) * step;
		const counts = [];
		for (let start = first; start <= most; start += step) counts.push({ start, cases: 0 });
		for (const { year, cases } of years) counts[Math.floor((year - first) / step)].cases += cases;
		shown = { first: least, last: most, step, counts };
		const top = Math.max(...counts.map(({ cases }) => cases), 1);
		bars.replaceChildren(...counts.map(({ cases }) => {
			const bar = el("span", el("i"));
			bar.firstChild.style.height = `${cases ? Math.max(cases / top * 100, 4) : 0}%`;
			return bar;
		}));
		sliders.forEach((slider, i) => {
			Object.assign(slider, { min: least, max: most });
			slider.value = [from ?? least, to ?? most][i];
		});
		paint();
	};
}
