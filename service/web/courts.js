/* The order of courts: federal ones by circuit, each state's from the top, parts under their whole. */

const CIRCUITS = {
	ca1: "First", ca2: "Second", ca3: "Third", ca4: "Fourth", ca5: "Fifth", ca6: "Sixth", ca7: "Seventh",
	ca8: "Eighth", ca9: "Ninth", ca10: "Tenth", ca11: "Eleventh", cadc: "D.C.", cafc: "Federal",
};
const LEVELS = ["last_resort", "intermediate", "trial", null];

/** Return `[name, courts]` in order; each court got `depth`, how far below its group's first. */
export function courtGroups(courts) {
	const groups = new Map();
	for (const court of courts) {
		const { name, place } = groupOf(court);
		if (!groups.has(name)) groups.set(name, { name, place, courts: [] });
		groups.get(name).courts.push(court);
	}
	const ordered = [...groups.values()].sort((a, b) => a.place - b.place || a.name.localeCompare(b.name));
	return ordered.map((group) => [group.name, inOrder(group.courts)]);
}

function groupOf({ id, system, circuit, place }) {
	if (id === "scotus") return { name: "Supreme Court of the United States", place: 0 };
	if (system === "federal" && circuit) {
		return { name: `${CIRCUITS[circuit] ?? circuit} Circuit`, place: 1 + Object.keys(CIRCUITS).indexOf(circuit) };
	}
	if (system === "federal") return { name: "Other federal courts", place: 50 };
	if (system === "state" && place) return { name: place, place: 60 };
	return { name: "Other courts", place: 70 };
}

function inOrder(courts) {
	const ids = new Set(courts.map(({ id }) => id));
	const level = (court) => LEVELS.indexOf(court.level);
	const sorted = [...courts].sort((a, b) => level(a) - level(b) || b.cases - a.cases || a.id.localeCompare(b.id));
	const below = (parent, depth) => sorted
		.filter((court) => (ids.has(court.parent) && court.parent !== court.id ? court.parent : null) === parent)
		.flatMap((court) => [{ ...court, depth }, ...below(court.id, depth + 1)]);
	const tops = below(null, 0);
	return tops.length === courts.length ? tops : sorted.map((court) => ({ ...court, depth: 0 }));
}
