// What the pages of signing and of keys have in common: their data, their words, elements, messages.
const read = id => JSON.parse(document.getElementById(id).textContent);

export const byId = id => document.getElementById(id);
export const words = read("words"), data = read("sheet");
export const {base, lang} = document.getElementById("sheet").dataset;

/** A sentence of the page's language with its parameters. */
export const say = (code, params = {}) => (words[code] ?? code).replace(/\{(\w+)\}/g, (_, name) => params[name] ?? "—");

export function element(parent, tag, text = "", attributes = {}) {
	const node = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
	node.textContent = text;
	parent.append(node);
	return node;
}

export function fact(list, name, value, isCode = false) {
	element(list, "dt", name);
	const node = element(list, "dd", isCode ? "" : value);
	if (isCode) element(node, "code", value);
	return node;
}

/** Shows a message in place of the former one, and moves the focus to it. Actions are [label, function]. */
export function tell(kind, text, {more = [], actions = [], link = null, focus = true} = {}) {
	const box = byId("message");
	box.replaceChildren();
	box.className = `status ${kind}`;
	box.hidden = false;
	const inner = element(box, "div");
	element(element(inner, "p"), "strong", text);
	for (const line of more) element(inner, "p", line);
	if (link) element(element(inner, "p"), "a", link[0], {href: link[1]});
	for (const [label, act] of actions) element(inner, "button", label, {type: "button"}).addEventListener("click", act);
	if (focus) box.focus();
}

export const hush = () => { byId("message").hidden = true; };

/** An instant in the reader's words. */
export const when = text => new Date(text).toLocaleString(lang === "es" ? "es-MX" : "en-GB", {dateStyle: "long", timeStyle: "medium"});

/** Offers bytes as a file. */
export function offer(name, text, type) {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(new Blob([text], {type}));
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** The words for what went wrong with a passkey. */
export function passkeyWords(error, name) {
	const known = {NotAllowedError: "cancelled", InvalidStateError: "key_there", SecurityError: "wrong_host", AbortError: "cancelled"};
	return say(known[error?.name] ?? "failed", {name, error: error?.name ?? String(error)});
}
