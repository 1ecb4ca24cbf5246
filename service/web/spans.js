/* Places in a text. The service counts code points, a script counts UTF-16 units. */

const ASTRAL = /[\ud800-\udbff][\udc00-\udfff]/;

/** Return a function from an offset in code points of `text` to one in UTF-16 units, clipped. */
export function unitsOf(text) {
	const clipped = (point, most) => Math.min(Math.max(point, 0), most);
	if (!ASTRAL.test(text)) return (point) => clipped(point, text.length);
	const starts = [];
	for (let unit = 0; unit < text.length; unit += text.codePointAt(unit) > 0xffff ? 2 : 1) starts.push(unit);
	starts.push(text.length);
	return (point) => starts[clipped(point, starts.length - 1)];
}

/** Return the spans, of `{start, end, kind}` in code points of `text`, in UTF-16 units. */
export function inUnits(text, spans) {
	const units = unitsOf(text);
	return spans.map((span) => ({ ...span, start: units(span.start), end: units(span.end) }));
}

/** Return the words that a passage's highlights of one kind stand on. */
export function highlighted({ passage: { text }, highlights }, kind) {
	return inUnits(text, highlights.filter((span) => span.kind === kind)).map(({ start, end }) => text.slice(start, end));
}

export const oneLine = (text) => text.replace(/\s+/g, " ").trim();

/** Cut `[start, end)` where a span begins or ends: `{start, end, kinds}`, without gaps. */
export function pieces(start, end, spans) {
	const inside = spans.filter((span) => span.start < end && span.end > start);
	const cuts = new Set([start, end]);
	for (const span of inside) {
		cuts.add(Math.max(span.start, start));
		cuts.add(Math.min(span.end, end));
	}
	const places = [...cuts].sort((a, b) => a - b);
	return places.slice(1).map((stop, i) => {
		const covering = inside.filter((span) => span.start < stop && span.end > places[i]);
		return { start: places[i], end: stop, kinds: new Set(covering.map((span) => span.kind)) };
	});
}

/** Read `#p{start}-{end}`; null for any other fragment. */
export function fragmentSpan(hash) {
	const found = /^#p(\d{1,12})-(\d{1,12})$/.exec(hash);
	return found && { start: Number(found[1]), end: Number(found[2]) };
}
