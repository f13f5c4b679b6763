// The page
const byId = id => document.getElementById(id);
/** What bundles seen before call things, by ledger; and the last two of them, so that an altered one is compared. */
const remembered = new Map();
let copies = [];
let lang = "es", chosen = null, report = null, worker = null, spare = null, source = "";

/** A sentence in the language shown, or in another, with its parameters. */
const say = (table, code, params = {}, language = lang) =>
	(table.get(code)?.[language] ?? code).replace(/\{(\w+)(?::([^{}/]*)\/([^{}/]*))?\}/g, (_, name, one, more) => one === undefined ? params[name] ?? "—" : params[name] === 1 ? one : more);

function element(parent, tag, text = "", attributes = {}) {
	const node = Object.assign(document.createElement(tag), attributes);
	node.textContent = text;
	parent.append(node);
	return node;
}

function list(parent, pairs) {
	const shown = pairs.filter(([, value]) => value !== null && value !== "");
	if (!shown.length) return;
	const node = element(parent, "dl");
	for (const [name, value] of shown) { element(node, "dt", say(PAGE, name)); element(node, "dd", value); }
}

function placeOf(fault) {
	if (fault.index === null) return say(PAGE, "log");
	return say(PAGE, fault.last_index === null ? "one" : fault.somewhere ? "somewhere" : "range", fault);
}

function showFaults(parent, title, faults) {
	if (faults.length) element(parent, "h3", title);
	for (const fault of faults) {
		element(parent, "p", `${placeOf(fault)}, ${fault.field}: ${say(FAULTS, fault.code)} [${fault.level} ${fault.code}]`);
		list(parent, [["expected", fault.expected], ["found", fault.found]]);
	}
}

const inSet = (name, code) => LAY.get(name).es.split(",").includes(code);

/** Remarks for a reader, or those that are technical; in a demonstration the witnesses' clock is no suspicion. */
function showRemarks(parent, name, wanted) {
	const shown = report[name].filter(({code}) => wanted(code)).map(({code, params}) => say(REMARKS, report.demonstration && code === "witness-ahead" ? "demo-clock" : code, params));
	if (!shown.length) return;
	element(parent, "h3", say(PAGE, name));
	bullets(parent, shown);
}

function bullets(parent, lines) {
	const node = element(parent, "ul");
	for (const line of lines) element(node, "li", line);
}

/** The first alteration as a sentence: its place, and that it is not what was signed. */
function alteredSentence(fault) {
	const what = say(FAULTS, fault.code), code = fault.index === null ? "log" : fault.last_index !== null ? fault.somewhere ? "somewhere" : "range" : inSet("!changed", fault.code) ? "entry" : "place";
	return say(LAY, "altered-" + code, {...fault, what});
}

function sentence() {
	const {verdict, error, first_fault: first, act, source, size} = report;
	if (first) return alteredSentence(first);
	if (verdict === "foreign") return say(KINDS, error.code);
	if (error?.code.startsWith("zip")) return `${say(LAY, "zip-refused")} [${error.code} ${error.detail}]`;
	if (error?.code === "form") return `${say(LAY, "form-refused")} [${error.detail}]`;
	if (error) return say(PAGE, PAGE.has(`cannot-${error.code}`) ? `cannot-${error.code}` : "cannot", error);
	if (act) return actSentence(act.entry);
	return verdict === "intact" ? say(LAY, "log-sound", {size}) : say(LAY, "none");
}

function actSentence({index, recorded_at, ...entry}) {
	return say(LAY, report.verdict === "intact" ? "recorded" : "claimed", {index, moment: momentWords(recorded_at, lang), sentence: sentenceOf(entry, lang)});
}

/** Who signed and when, what had been seen by then; and where the names are from. */
function showAct(parent, {index, entry: {statement: {actor, signed_at, occurred_on, seen}}}) {
	element(parent, "p", say(LAY, "signed", {signer: signerName(actor, lang), moment: momentWords(signed_at, lang)}));
	if (occurred_on !== signed_at.slice(0, 10)) element(parent, "p", say(LAY, "occurred", {day: dayWords(occurred_on, lang)}));
	element(parent, "p", say(LAY, "seen", seen));
	element(parent, "p", report.verdict === "intact" ? say(LAY, "receipt-sound", {index}) : say(LAY, "none"));
	element(parent, "p", say(PAGE, Object.keys(known).length ? "names-from" : "names-none"), {className: "soft"});
}

/** What it says now, what was signed, the other places, and what to do. */
function showAltered(parent) {
	const {first_fault: {index, last_index}, faults, altered, source} = report, there = last_index === null && altered.find(one => one.index === index);
	if (there) {
		const now = sentenceOf(there.entry, lang), was = sentenceOf(there.other, lang), changes = changesOf(there, lang);
		element(parent, "p", now === null ? say(LAY, "now-none") : say(LAY, "now", {sentence: now}));
		if (was !== null && there.is_signed && was !== now) element(parent, "p", say(LAY, "was", {sentence: was}));
		if (changes.length) {
			element(parent, "h3", say(LAY, there.is_signed ? "changes-signed" : "changes-other"));
			bullets(parent, changes);
		}
	}
	const others = [...new Set(faults.map(one => one.index).filter(other => other !== null && other !== index))], more = others.length - 12;
	if (others.length) {
		const named = others.slice(0, 12).map(index => say(PAGE, "one", {index})).join(", ");
		element(parent, "p", say(LAY, "also", {list: more > 0 ? say(LAY, "also-more", {list: named, more}) : named}));
	}
	element(parent, "p", say(LAY, "save"));
	if (source.kind === "zip" && altered.length && !altered.some(one => one.other)) element(parent, "p", say(PAGE, "other-copy"));
}

function showCounts(parent) {
	for (const [level, name] of [["L1", "entries"], ["L2", "signatures"]]) {
		const count = report.checked[level]?.[name];
		if (count) element(parent, "p", say(LAY, name, {count}));
	}
}

function clear(verdict) {
	byId("result").className = verdict;
	for (const id of ["status", "details"]) byId(id).replaceChildren();
}

function show() {
	const details = byId("details"), {verdict, faults, entry, act, error, origin, source, trust: word} = report, isTechnical = code => inSet("!technical", code);
	known = source.kind === "zip" ? report.names : remembered.get(origin) ?? {};
	clear(verdict);
	const heading = element(byId("status"), "h2", say(PAGE, verdict), {tabIndex: -1});
	element(byId("status"), "p", sentence());
	const says = error?.act ? sentenceOf(error.act, lang) : null;
	if (says) element(details, "p", say(LAY, "says", {sentence: says}));
	if (error) return heading;
	if (report.faults_total) showAltered(details);
	if (word) element(report.faults_total ? details : byId("status"), "p", say(LAY, word.publisher ? "by-publisher" : "by-anchor", {...word, place: placed(word, lang)}));
	if (word && !word.publisher) list(details, [["fingerprint", word.fingerprint]]);
	if (!report.faults_total) act ? showAct(details, act) : showCounts(details);
	for (const name of report.faults_total ? ["open", "not_checked"] : ["open", "not_checked", "notes"]) showRemarks(details, name, code => !isTechnical(code));
	const technical = element(details, "details");
	element(technical, "summary", say(LAY, "technical"));
	showFaults(technical, say(PAGE, "first_fault"), faults.slice(0, 1));
	if (entry) {
		element(technical, "h3", say(PAGE, "entry"));
		list(technical, Object.entries({...entry, actor: Object.values(entry.actor).join(" · ")}));
	}
	element(technical, "h3", say(PAGE, report.anchored ? "checked" : "compare"));
	list(technical, ["genesis", "log_key", "origin", "size", "root"].map(name => [name, report[name]]));
	list(technical, Object.entries(report.checked).map(([level, counts]) =>
		[level, Object.entries(counts).map(([name, number]) => `${say(PAGE, name)} ${number}`).join(" · ")]));
	showRemarks(technical, "notes", code => isTechnical(code) || report.faults_total > 0);
	showFaults(technical, `${say(PAGE, "faults")} (${report.faults_total})`, faults.length > 1 ? faults : []);
	return heading;
}

/** Adds the words in both languages, as the saved report has them. */
function withWords(given) {
	const add = (table, items) => items.map(item => ({...item, es: say(table, item.code, item.params, "es"), en: say(table, item.code, item.params, "en")}));
	const faults = add(FAULTS, given.faults);
	for (const name of ["open", "not_checked", "notes"]) given[name] = add(REMARKS, given[name]);
	const withSentence = one => one && {...one, es: sentenceOf(one.entry, "es"), en: sentenceOf(one.entry, "en"), changes: {es: changesOf(one, "es"), en: changesOf(one, "en")}};
	return {...given, faults, first_fault: faults[0] ?? null, act: withSentence(given.act), altered: given.altered.map(withSentence)};
}

function finish(given) {
	if (given.source.kind === "zip" && !given.error) {
		remembered.set(given.origin, given.names);
		copies = [{blob: chosen.blob, origin: given.origin}, ...copies.filter(({blob}) => blob !== chosen.blob)].slice(0, 2);
	}
	known = given.source.kind === "zip" ? given.names : remembered.get(given.origin) ?? {};
	window.constanciaReport = report = withWords(given);
	byId("busy").hidden = true;
	for (const id of ["again", "save"]) byId(id).hidden = false;
	show().focus();
}

function start() {
	showOwn();
	if (!chosen) return;
	if (broken) return finish(endReport({}, {code: "anchor", detail: broken}));
	window.constanciaReport = report = null;
	clear("");
	byId("busy").hidden = false;
	byId("bar").removeAttribute("value");
	const typed = id => byId(id).value.trim() ? utf8(byId(id).value) : null, key = byId("policy").value.trim();
	const policy = key && !/\s/.test(key) ? utf8(`log ${key}\nquorum none\n`) : typed("policy");
	worker?.terminate(); // what an earlier one still says is of no interest any more
	worker = spare;
	spare = new Worker(source); // for the next time: starting one takes a while
	worker.onmessage = ({data}) => { if (data.verdict) finish(data); else byId("bar").value = data; };
	worker.postMessage({...chosen, against: copies.find(({blob}) => blob !== chosen.blob) ?? null, given: {policy, genesis: typed("genesis"), checkpoint: typed("kept"), word: wordOf()}});
}

/** Does a text hold a quorum, and nothing that is no line of a policy? A mail or page that quotes one is none. */
const isPolicy = text => /^[ \t]*quorum[ \t]/m.test(text) && text.split("\n").every(line => /^\s*(#|$|(log|witness|group|quorum)[ \t])/.test(line));

/** Sorts files by name and by what they begin with; what is trusted goes into its box, for all to see. */
async function take(files) {
	for (const file of files) {
		const text = await file.slice(0, 1e6).text(), isZip = text.startsWith("PK"), page = PAGE_START.test(text) && publishedIn(new DOMParser().parseFromString(text, "text/html"));
		if (page) { fill(page); continue; }
		const box = {policy: "policy", genesis: "genesis", checkpoint: "kept"}[file.name]
			?? (/^[0-9a-f]{64}\s*$/.test(text) ? "genesis" : !isZip && isPolicy(text) ? "policy" : null);
		if (box && box !== "kept" && wordOf() && byId(box).value.trim() !== text.trim()) makeRoom();
		if (box) byId(box).value = text.trim() ? text : "—"; // an empty file is not one that is missing
		else chosen = {blob: file, name: file.name};
	}
	start();
}

/** One after the other: what is trusted must be in its box before what came after it is judged. */
let taking = Promise.resolve();
const accept = files => {
	const kept = [...files];
	taking = taking.then(() => take(kept)).catch(error => finish(endReport({}, {code: error.code ? "trust" : "file", detail: error.code ?? String(error)})));
};

function translate() {
	document.documentElement.lang = lang;
	document.title = [say(PAGE, "title"), own?.publisher].filter(Boolean).join(" · ");
	showOwn();
	for (const node of document.querySelectorAll("[data-t]")) node.textContent = say(PAGE, node.dataset.t);
	Object.assign(byId("lang"), lang === "es" ? {textContent: "English", lang: "en"} : {textContent: "Español", lang: "es"});
	if (report) show();
}

/** Sets all going. Workers are made of this very script, so the hash in the page's policy covers them too. */
function openPage() {
	lang = document.documentElement.lang;
	try { fill(own = publishedIn(document)); } catch (error) { broken = error.code ?? String(error); }
	source = URL.createObjectURL(new Blob([document.currentScript.textContent]));
	spare = new Worker(source);
	for (const id of ["file", "trustfiles"]) byId(id).onchange = event => accept(event.target.files);
	for (const type of ["dragover", "dragleave", "drop"]) document["on" + type] = event => {
		event.preventDefault();
		byId("drop").classList.toggle("over", type === "dragover");
		if (type === "drop") accept(event.dataTransfer.files);
	};
	byId("again").onclick = start;
	byId("lang").onclick = () => { lang = lang === "es" ? "en" : "es"; translate(); };
	byId("save").onclick = () => {
		const href = URL.createObjectURL(new Blob([JSON.stringify(report, null, 1)], {type: "application/json"}));
		element(document.body, "a", "", {href, download: "constancia-informe.json", hidden: true}).click();
	};
	translate();
}

if (self.document) openPage();
else self.onmessage = async ({data}) => postMessage(await verify(data, postMessage));
