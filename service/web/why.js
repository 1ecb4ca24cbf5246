/* Why a passage was found, in words. */

import { between, el } from "./dom.js";
import { highlighted } from "./spans.js";

const ENDS = { one: "st", two: "nd", few: "rd", other: "th" };
const nth = (rank) => rank + ENDS[new Intl.PluralRules("en", { type: "ordinal" }).select(rank)];
const share = (number) => number.toFixed(2);

/** Return the reasons as a list; the numbers are the ranking's. */
export function reasons(hit) {
	const { explain } = hit;
	const { dense, lexical, pointed, named, rerank, voice_prior: prior } = explain.evidence;
	const told = [
		named && ["Your question names its case."],
		[explain.dense_rank ? `By meaning it is the ${nth(explain.dense_rank)} nearest to your question`
			: "By meaning it is not among the nearest", dense !== null && ` (${share(dense)} of 1)`, "."],
		byWords(hit, explain, lexical),
		pointed && [`Other passages that fit your question cite it (+${share(pointed)}).`],
		rerank !== null && [`A second, closer look gave it ${share(rerank)} of 1.`],
		prior !== null && prior < 1 && [`A separate opinion is not the court’s, and counts a little less (× ${share(prior)}).`],
		[`All together: ${share(hit.score)} of 1.`],
	];
	return el("ul", ...told.filter(Boolean).map((parts) => el("li", ...parts)));
}

function byWords(hit, explain, lexical) {
	const found = between([...new Set(highlighted(hit, "term").map((word) => word.toLowerCase()))], ", ");
	const place = explain.lexical_rank ? `By words it is the ${nth(explain.lexical_rank)}` : "By words it is not among the first";
	if (!found.length) return explain.lexical_rank ? [`${place}.`] : ["It has none of your words: it was found by meaning alone."];
	return [place, lexical !== null && ` (${share(lexical)} of 1)`, ": ", ...found, "."];
}
