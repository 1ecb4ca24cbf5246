/* A passage's citation in the forms that people paste; the words are the service's. */

import { readingAt } from "./api.js";
import { highlighted, oneLine } from "./spans.js";

const escaped = (text) => text.replace(/[\\`*_[\]<>#|~&]/g, "\\$&");
const asMarkup = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const MARKS = /[\u202a-\u202e\u2066-\u2069]/g; // a name that turns the direction would turn what follows

/** Return the citation as text without any form. */
export const plain = (hit) => hit.cite.replace(MARKS, "");

/** Return it with the case's name in italics, where those are possible. */
export function bluebook(hit) {
	const { name, rest } = parts(hit);
	return { text: name + rest, html: `<i>${asMarkup(name)}</i>${asMarkup(rest)}` };
}

/** Return it as a link to the passage, the case's name in italics. */
export function markdown(hit) {
	const { name, rest } = parts(hit);
	return `[${name && `*${escaped(name)}*`}${escaped(rest)}](${address(hit)})`;
}

/** Return the best sentence, or else the whole, in quotation marks, with the citation. */
export const quotation = (hit) => `“${oneLine(highlighted(hit, "sentence")[0] ?? hit.passage.text)}” ${plain(hit)}`;

/** Cut the citation behind the case's name, where reporter, docket number or date begin. */
function parts(hit) {
	const cite = plain(hit);
	const { citations, docket_number: docket, name } = hit.case;
	const behind = citations.map((one) => `, ${one.split(" ").slice(0, 2).join(" ")}`);
	if (docket) behind.push(`, ${docket}`, `, No. ${docket}`);
	const cuts = behind.map((start) => cite.indexOf(start)).filter((at) => at > 0);
	const given = name.replace(MARKS, "");
	const at = cuts.length ? Math.min(...cuts) : cite.startsWith(given) ? given.length : 0;
	return { name: cite.slice(0, at), rest: cite.slice(at) };
}

const address = (hit) => readingAt(hit.opinion.id, hit.passage).replace(/[()]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
