// A page of somebody's own: the release's, with what its publisher pins in meta elements, read by the same rules as in
// ledger/publication/trust_page.py. A file that is dropped can bring an anchor, and no publisher's name: anybody can write one.
const BOXES = {policy: "policy", genesis: "genesis", kept: "checkpoint"};
let own = null, broken = "";

/** What a document pins, and who publishes it; null where it holds nothing of the kind. */
function publishedIn(page) {
	const given = [...page.querySelectorAll('meta[name^="constancia-"]')].map(({name, content}) => [name.slice(11), content]), values = Object.fromEntries(given);
	if (!given.length) return null;
	const {publisher, date, address, fingerprint, genesis, policy} = values;
	must(new Set(given.map(([name]) => name)).size === given.length && publisher && publisher.trim() === publisher && isAdmitted(publisher) && !/\n/.test(publisher) && [...publisher].length <= 100, "publisher");
	must(date && new Date(date).toJSON()?.slice(0, 10) === date && /^https?:\/\/[!-~]{1,500}$/.test(address ?? "https://-") && isHash(genesis) && policy, "form");
	must(fingerprintOf(utf8(policy), genesis) === fingerprint, "fingerprint");
	return {...values, word: {publisher, date, address}};
}

/** Puts what is published into the boxes, for all to see. */
function fill(given) { for (const [id, name] of Object.entries(BOXES)) byId(id).value = given?.[name] ?? ""; }

/** Empties the boxes that still hold what the publisher pins: two anchors are not mixed. */
function makeRoom() { for (const [id, name] of Object.entries(BOXES)) if (byId(id).value === own[name]) byId(id).value = ""; }

/** Who publishes the policy and genesis in the boxes; null where the reader put others there. */
const wordOf = () => own && ["policy", "genesis"].every(id => byId(id).value.trim() === own[id].trim()) ? own.word : null;
const placed = ({address, date}, lang) => [address, dayWords(date ?? "", lang)].filter(Boolean).join(", ");

/** Says of the page's anchor whose it is, that the reader gave another, or that it is broken. */
function showOwn() {
	const node = byId("own"), here = location.href.split(/[?#]/)[0], given = wordOf();
	node.replaceChildren();
	if (broken) element(node, "p", say(PAGE, "cannot-anchor", {detail: broken}));
	if (!own) return;
	element(node, "p", say(PAGE, given ? "anchor" : "anchor-other", {...own, place: placed(own, lang)}));
	if (given) list(node, [["fingerprint", own.fingerprint]]);
	if (own.address && here.startsWith("http") && here !== own.address) element(node, "p", say(PAGE, "anchor-elsewhere", {...own, here}));
}
