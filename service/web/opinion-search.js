/* <opinion-search>: a search over court opinions for any page. One file, no framework. */

(() => {
	const running = document.currentScript; // or an image of that name, in foreign markup
	const script = (running instanceof HTMLScriptElement ? running
		: document.querySelector('script[src$="/opinion-search.js"], script[src$="/embed.js"]'))?.src;
	const home = script && new URL(script.endsWith("/embed.js") ? "." : "../", script);
	const colours = {
		ink: "#1c1d1f, #e6e4df", soft: "#595c61, #a5a7ac", ground: "#fff, #1f2125",
		line: "#dcd9d1, #44474d", accent: "#1f4e79, #8fbdea", mark: "#fdf0b8, #4a4115",
	};
	const palette = Object.entries(colours).map(([name, pair]) => `--${name}: var(--opinion-search-${name}, light-dark(${pair}))`).join(";");
	const style = new CSSStyleSheet();
	style.replaceSync(`
:host { display: block; color: var(--ink); font: var(--opinion-search-font, 1rem/1.5 system-ui, sans-serif); ${palette} }
:host([theme=light]) { color-scheme: light; background: #fbfaf7; padding: .8rem }
:host([theme=dark]) { color-scheme: dark; background: #17181b; padding: .8rem }
:host([hidden]) { display: none }
* { box-sizing: border-box; margin: 0; padding: 0; font: inherit; color: inherit }
form { display: flex; gap: .5rem; flex-wrap: wrap }
input, form button, li { background: var(--ground); border: 1px solid var(--soft); border-radius: .4rem; padding: .45rem .8rem }
input { flex: 1 1 9rem; min-width: 0 }
input::placeholder { color: var(--soft); opacity: 1 }
button { cursor: pointer }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
p { color: var(--soft); font-size: .875em; margin: .3rem 0 }
[role=alert], .apart { color: var(--ink); border-left: 3px solid; padding-left: .6rem }
li { list-style: none; margin-top: .6rem; border-color: var(--line); overflow-wrap: anywhere }
li[aria-current] { border-color: var(--accent); box-shadow: inset 3px 0 var(--accent) }
li button { background: none; border: 0; text-align: start; font-weight: 650; text-decoration: underline; color: var(--accent) }
blockquote { white-space: pre-line; unicode-bidi: plaintext; font-family: Charter, Cambria, Georgia, serif }
mark { background: var(--mark) }
bdi { unicode-bidi: isolate }
a { color: var(--accent); font-size: .875em }`);

	/** Make an element; strings become text nodes, never markup. */
	const el = (name, attributes, ...children) => {
		const made = document.createElement(name);
		for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
		made.append(...children);
		return made;
	};

	class OpinionSearch extends HTMLElement {
		static observedAttributes = ["query", "placeholder"];
		#root = this.attachShadow({ mode: "open" });
		#field = el("input", { type: "search", part: "field", maxlength: 20000, autocomplete: "off", required: "" });
		#status = el("p", { part: "status", role: "status" });
		#list = el("ol", { part: "list" });
		#running = null;

		constructor() {
			super();
			this.#root.adoptedStyleSheets = [style];
			const form = el("form", { part: "form", role: "search" }, this.#field, el("button", { part: "button" }, "Search"));
			form.addEventListener("submit", (event) => {
				event.preventDefault();
				this.#quietly(this.#field.value);
			});
			this.#list.addEventListener("keydown", (event) => this.#move(event));
			this.#root.append(form, this.#status, this.#list);
		}

		connectedCallback() {
			this.#field.ariaLabel = this.getAttribute("label") ?? "Search court opinions";
			if (this.hasAttribute("query") && !this.#running) this.#quietly(this.getAttribute("query"));
		}

		attributeChangedCallback(name, _, value) {
			if (name === "placeholder") this.#field.placeholder = value ?? "";
			else if (value && this.isConnected) this.#quietly(value);
		}

		/** Search; resolves to the answer, or null where another search overtook it; rejects with an `Error`. */
		async search(query) {
			const text = String(query).trim();
			if (!text) return null;
			this.#field.value = text;
			this.#running?.abort();
			const { signal } = this.#running = new AbortController();
			this.#tell("Searching…");
			try {
				const answer = await this.#ask(text, signal);
				if (signal.aborted) return null;
				const hits = answer.groups?.flatMap((group) => group.hits) ?? answer.hits;
				this.#list.replaceChildren(...hits.map((hit) => this.#card(hit, answer)));
				this.#tell(!hits.length ? "Nothing was found. Try other words."
					: answer.no_match ? "Nothing here is likely to answer this. These are the nearest passages."
						: `${hits.length} found, best first`);
				this.#emit("results", { query: text, answer });
				return answer;
			} catch (error) {
				if (signal.aborted) return null;
				this.#list.replaceChildren();
				this.#tell(error.message, "alert");
				this.#emit("error", { query: text, error });
				throw error;
			}
		}

		#quietly(query) {
			this.search(query).catch(() => {}); // told on the page, and by the event
		}

		#request(query) {
			const given = (name) => this.getAttribute(name);
			const list = (name) => (given(name) ?? "").split(",").map((value) => value.trim()).filter(Boolean);
			return {
				query, k: Number(given("k") ?? 5), group_by: given("group-by"),
				filters: { court: list("court"), section_role: list("section-role"), date_filed: { gte: given("date-from"), lte: given("date-to") } },
			};
		}

		#address(path) {
			const given = this.getAttribute("endpoint");
			const base = given ? new URL(given.replace(/\/*$/, "/"), document.baseURI) : home;
			if (!/^https?:$/.test(base?.protocol)) throw new Error("The attribute endpoint must be the service's http or https address.");
			return new URL(path, base);
		}

		async #ask(query, signal) {
			const headers = { "Content-Type": "application/json" };
			if (this.hasAttribute("api-key")) headers.Authorization = `Bearer ${this.getAttribute("api-key")}`;
			const body = JSON.stringify(this.#request(query));
			const answer = await fetch(this.#address("v1/search"),
				{ method: "POST", headers, body, signal, credentials: "omit", referrerPolicy: "no-referrer" })
				.catch((cause) => { throw new Error("The service cannot be reached.", { cause }); });
			const told = await answer.json().catch(() => null);
			if (answer.ok && told) return told;
			throw new Error(told?.error?.message ?? `The service answered ${answer.status}.`);
		}

		#card(hit, answer) {
			const { opinion, passage, section } = hit;
			const url = this.#address(`o/${encodeURIComponent(opinion.id)}#p${passage.start}-${passage.end}`).href;
			const apart = /^(dissent|concurrence)/.test(opinion.type);
			const choose = el("button", { type: "button", part: "choose" }, el("bdi", {}, hit.cite));
			const place = [apart && opinion.type.replaceAll("_", " "), ...section.path].filter(Boolean);
			const card = el("li", { part: "hit" }, choose,
				el("p", { part: "meta", class: apart ? "apart" : "" }, ...place.flatMap((told, i) => [i ? " · " : "", el("bdi", {}, told)])),
				el("blockquote", { part: "quote", dir: "auto" }, ...marked(hit)),
				el("a", { part: "open", href: url, target: "_blank", rel: "noopener" }, "Read in the opinion"));
			choose.addEventListener("click", () => {
				for (const other of this.#list.children) other.ariaCurrent = other === card ? "true" : null;
				this.#tell(`Chosen: ${hit.cite}`);
				this.#emit("select", { hit, url, query: answer.query, index: answer.index });
			});
			return card;
		}

		/** Arrows go from hit to hit, and back to the field. */
		#move(event) {
			const all = [...this.#list.querySelectorAll("button")];
			const here = all.indexOf(this.#root.activeElement);
			const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
			if (here < 0 || !step) return;
			event.preventDefault();
			(all[Math.min(here + step, all.length - 1)] ?? this.#field).focus();
		}

		#tell(text, role = "status") {
			this.#status.role = role;
			this.#status.textContent = text;
		}

		#emit(name, detail) {
			this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
		}
	}

	/** The passage as nodes, its best sentence marked; offsets are of code points. */
	function marked({ passage, highlights }) {
		const points = [...passage.text.trimEnd()];
		const nodes = [];
		let at = 0;
		for (const { start, end } of highlights.filter(({ kind }) => kind === "sentence")) {
			nodes.push(points.slice(at, start).join(""), el("mark", { part: "mark" }, points.slice(start, end).join("")));
			at = end;
		}
		return [...nodes, points.slice(at).join("")];
	}

	if (!customElements.get("opinion-search")) customElements.define("opinion-search", OpinionSearch);
})();
