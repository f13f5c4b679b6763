// The page
const byId = id => document.getElementById(id);
let lang = "es", chosen = null, report = null, worker = null, spare = null, source = "";

/** A sentence in the language shown, or in another, with its parameters. */
const say = (table, code, params = {}, language = lang) =>
	(table.get(code)?.[language] ?? code).replace(/\{(\w+)\}/g, (_, name) => params[name] ?? "—");

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

function showRemarks(parent, name) {
	if (!report[name].length) return;
	element(parent, "h3", say(PAGE, name));
	const node = element(parent, "ul");
	for (const {code, params} of report[name]) element(node, "li", say(REMARKS, code, params));
}

function sentence() {
	const {verdict, error, first_fault: first, entry, source} = report;
	if (first) return say(PAGE, "some", {...report, place: placeOf(first), what: say(FAULTS, first.code)});
	if (error) return say(PAGE, PAGE.has(`cannot-${error.code}`) ? `cannot-${error.code}` : "cannot", error);
	return say(PAGE, verdict === "intact" ? source.kind : "none", {...report, ...entry});
}

function clear(verdict) {
	byId("result").className = verdict;
	for (const id of ["status", "details"]) byId(id).replaceChildren();
}

function show() {
	const details = byId("details"), {verdict, faults, entry, error} = report;
	clear(verdict);
	const heading = element(byId("status"), "h2", say(PAGE, verdict), {tabIndex: -1});
	element(byId("status"), "p", sentence());
	if (error) return heading;
	for (const name of ["open", "not_checked"]) showRemarks(details, name);
	showFaults(details, say(PAGE, "first_fault"), faults.slice(0, 1));
	if (entry) {
		element(details, "h3", say(PAGE, "entry"));
		list(details, Object.entries({...entry, actor: Object.values(entry.actor).join(" · ")}));
	}
	element(details, "h3", say(PAGE, report.anchored ? "checked" : "compare"));
	list(details, ["genesis", "log_key", "origin", "size", "root"].map(name => [name, report[name]]));
	list(details, Object.entries(report.checked).map(([level, counts]) =>
		[level, Object.entries(counts).map(([name, number]) => `${say(PAGE, name)} ${number}`).join(" · ")]));
	showRemarks(details, "notes");
	showFaults(details, `${say(PAGE, "faults")} (${report.faults_total})`, faults.length > 1 ? faults : []);
	return heading;
}

/** Adds the words in both languages, as the saved report has them. */
function withWords(given) {
	const add = (table, items) => items.map(item => ({...item, es: say(table, item.code, item.params, "es"), en: say(table, item.code, item.params, "en")}));
	const faults = add(FAULTS, given.faults);
	for (const name of ["open", "not_checked", "notes"]) given[name] = add(REMARKS, given[name]);
	return {...given, faults, first_fault: faults[0] ?? null};
}

function finish(given) {
	window.constanciaReport = report = withWords(given);
	byId("busy").hidden = true;
	for (const id of ["again", "save"]) byId(id).hidden = false;
	show().focus();
}

function start() {
	if (!chosen) return;
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
	worker.postMessage({...chosen, given: {policy, genesis: typed("genesis"), checkpoint: typed("kept")}});
}

/** Does a file claim to be a receipt near its beginning, also after a mark, a greeting or in UTF-16? */
const isReceipt = text => text.slice(0, 4096).replace(/\0/g, "").replaceAll("=40", "@").includes(RECEIPT);

/** Sorts files by name and by what they begin with; what is trusted goes into its box, for all to see. */
async function take(files) {
	for (const file of files) {
		const text = await file.slice(0, 1e6).text(), isZip = text.startsWith("PK");
		const box = {policy: "policy", genesis: "genesis", checkpoint: "kept"}[file.name]
			?? (/^[0-9a-f]{64}\s*$/.test(text) ? "genesis" : !isZip && /^[ \t]*quorum[ \t]/m.test(text) ? "policy" : null);
		if (box) byId(box).value = text.trim() ? text : "—"; // an empty file is not one that is missing
		else chosen = {blob: file, kind: isReceipt(text) ? "receipt" : text.startsWith("{") ? "entry" : "zip", name: file.name};
	}
	start();
}

/** One after the other: what is trusted must be in its box before what came after it is judged. */
let taking = Promise.resolve();
const accept = files => {
	const kept = [...files];
	taking = taking.then(() => take(kept)).catch(error => finish(endReport({}, {code: "file", detail: String(error)})));
};

function translate() {
	document.documentElement.lang = lang;
	document.title = say(PAGE, "title");
	for (const node of document.querySelectorAll("[data-t]")) node.textContent = say(PAGE, node.dataset.t);
	Object.assign(byId("lang"), lang === "es" ? {textContent: "English", lang: "en"} : {textContent: "Español", lang: "es"});
	if (report) show();
}

/** Sets all going. Workers are made of this very script, so the hash in the page's policy covers them too. */
function openPage() {
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
