/* What both pages are made with. A text of the corpus becomes a text node, never markup. */

export const byId = (id) => document.getElementById(id);

/** Make an element; strings among the children become text nodes, null and false are left out. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== false));
  return made;
}

/** Make an inline element for words of the corpus, whose direction is their own. */
export const words = (text, attributes = {}) => el("bdi", attributes, text);

/** Make a button that copies what `text()` returns, and says so. */
export function copyButton(label, text, attributes = {}) {
  const button = el("button", { type: "button", class: "copy", ...attributes }, label);
  let back;
  button.addEventListener("click", async () => {
    clearTimeout(back);
    button.textContent = (await copied(text())) ? "Copied" : "Not copied";
    back = setTimeout(() => { button.textContent = label; }, 1600);
  });
  return button;
}

async function copied(text) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { /* refused: the old way may still work */ }
  }
  const holder = el("textarea", { class: "offscreen", "aria-hidden": "true" });
  const before = document.activeElement;
  holder.value = text;
  document.body.append(holder);
  holder.select();
  const done = document.execCommand("copy"); // where a page has no clipboard: http from afar
  holder.remove();
  before?.focus();
  return done;
}

const TYPES = {
  lead: "Opinion of the court", combined: "All opinions in one text", unanimous: "Unanimous opinion",
  plurality: "Plurality", concurrence: "Concurrence", concurrence_in_part: "Concurrence in part",
  dissent: "Dissent", per_curiam: "Per curiam", syllabus: "Syllabus", addendum: "Addendum",
  rehearing: "On rehearing", on_the_merits: "On the merits", trial_court: "Trial court", other: "Other",
};
export const OPINION_TYPES = Object.keys(TYPES);
export const SECTION_ROLES = [
  "caption", "syllabus", "introduction", "facts", "procedural_history", "jurisdiction",
  "standard_of_review", "issue", "analysis", "holding", "disposition", "concurrence", "dissent",
  "appendix", "footnotes", "other",
];

/** Return a machine's name in words: `standard_of_review` is "Standard of review". */
export const inWords = (name) => {
  const spaced = name.replaceAll("_", " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
};
export const typeName = (type) => TYPES[type] ?? inWords(type);

/** Return what tells voices apart: `dissent`, `concurrence`, or nothing for the court's own. */
export function voice(type) {
  if (type === "dissent") return "dissent";
  return type.startsWith("concurrence") ? "concurrence" : "";
}
