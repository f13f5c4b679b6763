// The signing page: choose, review exactly what is signed, confirm on the device, receipt. The statement is composed
// here, from what is shown here; the server's part is the prepared act.
import {canonical, compose, differences, digestOf, instant, written} from "./statement.js";
import {Distrust, look, remembered, take} from "./watch.js";
import {belongs, isAble, known, remember, sign, signerOf} from "./passkey.js";
import {Lost, Refused, envelope, handIn, recorded, unsent} from "./handing.js";
import {base, byId, data, element, fact, hush, lang, offer, passkeyWords, say, tell, when} from "./page.js";
import {changedLines} from "./lines.js";
import {hex, sha256} from "./verifier.js";

const SKEW_MS = 5 * 60 * 1000, {relying_party: party, who} = data;
// Ids that somebody else's act has taken, and those that took their place here.
const renewed = new Map();
let chosen = null, ready = null, isBusy = false, mayAsk = false;

const keys = () => data.keys.filter(key => key.scheme === "webauthn" && key.rp_id === party.id);

function start() {
	for (const button of document.querySelectorAll("[data-option]")) {
		button.disabled = !isAble() || !keys().length;
		button.addEventListener("click", () => choose(button.dataset.option));
	}
	byId("back").addEventListener("click", leave);
	byId("confirm").addEventListener("click", confirm);
	byId("memory-save").addEventListener("click", saveMemory);
	byId("memory-file").addEventListener("change", takeMemory);
	showMemory();
	if (!data.options.length) return;
	if (!isAble()) return tell("warn", say("no_passkeys"), {focus: false});
	if (!belongs(location.hostname, party.id)) return tell("warn", say("other_host", {host: party.id}), {link: [say("go_there"), moved()], focus: false});
	if (!keys().length) return tell("warn", say(data.pending ? "key_pending" : "no_key", who), {link: [say("make_key"), byId("sheet").dataset.keys], focus: false});
	const waiting = data.options.flatMap(option => option.acts).find(act => unsent(act.id));
	if (waiting) tell("warn", say("unsent"), {actions: [[say("hand_in_now"), () => resend(waiting.id)]], focus: false});
}

const moved = () => party.address + location.pathname.slice(base.length) + location.search;

async function choose(name) {
	if (isBusy) return;
	hush();
	chosen = data.options.find(option => option.name === name);
	ready = null;
	mayAsk = false;
	byId("choices").hidden = true;
	byId("review").hidden = false;
	byId("chosen").textContent = chosen.label;
	showWriting();
	byId("review").focus();
	try {
		await checkBasis();
		await prepare();
	} catch (error) { stop(error); }
}

function leave() {
	byId("review").hidden = true;
	byId("choices").hidden = false;
	hush();
	byId("choices").focus();
}

/** Places for the person's own words, one in each authentic language of the ledger. */
function showWriting() {
	const box = byId("writing");
	box.replaceChildren();
	box.hidden = chosen.words === "none";
	if (box.hidden) return;
	element(box, "p", say(chosen.words === "required" ? "words_required" : "words_optional"));
	data.languages.forEach((tag, i) => {
		const label = element(box, "label", say(i ? "words_other" : "words_in", {language: languageName(tag)}), {for: `words-${tag}`});
		const area = element(box, "textarea", "", {id: `words-${tag}`, rows: "4", cols: "50", maxlength: "4000", lang: tag.replaceAll("_", "-")});
		if (chosen.words === "required" && !i) area.required = true;
		label.htmlFor = area.id;
		area.addEventListener("input", () => { if (ready) show(); });
	});
}

function languageName(tag) {
	const name = new Intl.DisplayNames([lang], {type: "language"});
	return name.of(tag.replaceAll("_", "-"));
}

/** What was written, by language; the first language stands for those that were left empty. Null for nothing. */
function wordsWritten() {
	const texts = Object.fromEntries(data.languages.map(tag => [tag, written(byId(`words-${tag}`)?.value ?? "")]));
	if (Object.values(texts).includes(null)) throw new Wrong("words_odd");
	const [first] = data.languages.map(tag => texts[tag]).filter(Boolean);
	if (!first) return null;
	return Object.fromEntries(data.languages.map(tag => [tag, texts[tag] || first]));
}

class Wrong extends Error {
	constructor(code, params = {}) {
		super(code);
		Object.assign(this, {code, params});
	}
}

/** What is decided, or the documents, must be what the digest in the statement names: computed here. */
async function checkBasis() {
	const {act, digest, docset} = data.basis;
	if (!digest) return;
	if (digestOf(act ?? docset) !== digest) throw new Wrong("digest");
	for (const item of docset?.documents ?? []) {
		const answer = await fetch(`${base}/documents/${item.sha256}`);
		if (!answer.ok) throw new Wrong("document", {sha256: item.sha256.slice(0, 16)});
		if (hex(sha256(new Uint8Array(await answer.arrayBuffer()))) !== item.sha256) throw new Wrong("document", {sha256: item.sha256.slice(0, 16)});
	}
}

/** Verifies the log's checkpoint, then shows what would be signed. */
async function prepare() {
	const seen = await look(base, data.origin, data.log_key);
	ready = {seen, act: 0, statement: null};
	showMemory();
	show();
}

function actWithWords() {
	const {id, ...rest} = chosen.acts[ready.act], act = {...rest, id: renewed.get(id) ?? id}, text = ready.act === 0 && chosen.words !== "none" ? wordsWritten() : null;
	if (ready.act > 0 || chosen.words === "none") return act;
	const {[chosen.member]: _, ...body} = act.body;
	return {...act, body: text ? {...body, [chosen.member]: text} : body};
}

/** Shows every member of the statement that the button below signs. */
function show() {
	const list = byId("signed");
	list.replaceChildren();
	byId("confirm").disabled = true;
	let statement;
	try { statement = ready.statement = compose(actWithWords(), ready.seen.seen, instant(new Date())); } catch (error) { return stop(error); }
	const {members} = statement, {actor, body} = members;
	fact(list, say("what"), chosen.sentences[ready.act]);
	fact(list, say("as_whom"), `${who.name}, ${who.post} (${who.capacity}), ${who.party}`);
	fact(list, say("consequence"), chosen.then);
	const own = body[chosen.member];
	if (own && ready.act === 0) for (const tag of data.languages) fact(list, say("own_words", {language: languageName(tag)}), own[tag]).lang = tag.replaceAll("_", "-");
	const digest = body.digest ?? body.docset;
	if (digest) fact(list, say("of_what"), digest.slice(7).match(/.{8}/g).join(" "), true).append(element(list, "span", say("of_what_checked"), {class: "meta"}));
	fact(list, say("history"), say(ready.seen.isFirst ? "history_first" : "history_grown", {size: members.seen.size, before: ready.seen.before}));
	fact(list, say("at"), when(members.signed_at));
	fact(list, say("fingerprint"), statement.fingerprint, true).append(element(list, "span", say("fingerprint_note"), {class: "meta"}));
	byId("exact").textContent = JSON.stringify(members, null, 2);
	byId("exact-save").onclick = () => offer(`${members.type}.statement.json`, statement.text, "application/json");
	byId("ceremony").textContent = chosen.acts.length > 1 ? say(ready.act ? "second_of_two" : "first_of_two") : "";
	const isMissing = chosen.words === "required" && ready.act === 0 && !own;
	byId("confirm").disabled = isBusy || isMissing;
	if (actor.appointment !== who.appointment) stop(new Wrong("failed", {error: "actor"}));
}

/** Says what went wrong; nothing was signed. */
function stop(error) {
	byId("confirm").disabled = true;
	if (error instanceof Distrust) return tell("bad", say(`distrust_${error.code}`, error.params), {more: [say("keep_evidence")]});
	if (error instanceof Wrong) return tell("bad", say(error.code, error.params));
	return tell("bad", say("unreachable"), {actions: [[say("again"), () => choose(chosen.name)]]});
}

async function confirm() {
	if (isBusy || !ready?.statement) return;
	isBusy = true;
	byId("confirm").disabled = true;
	hush();
	try {
		const {id} = ready.statement.members;
		const isOurs = await navigator.locks.request(`constancia.${id}`, {ifAvailable: true}, async lock => {
			if (lock) await ceremony();
			return Boolean(lock);
		});
		if (!isOurs) tell("warn", say("other_tab"));
	} catch (error) { explain(error); } finally {
		isBusy = false;
		byId("confirm").disabled = !ready?.statement;
	}
}

async function ceremony() {
	if (!await isUnchanged()) return;
	if (!await isOwnDevice()) return;
	for (; ready.act < chosen.acts.length; ready.act++) {
		if (ready.act > 0) {
			ready.seen = await look(base, data.origin, data.log_key);
			show();
		}
		const done = await signAndHandIn(ready.statement);
		if (!done) return;
		ready.receipt = done;
	}
	location.assign(byId("sheet").dataset.receipt.replace("INDEX", ready.receipt.index));
}

async function signAndHandIn(statement) {
	const own = known().filter(item => item.rp === party.id && keys().some(key => key.key === item.key));
	tell("", say("asking"), {focus: false});
	let answer;
	try { answer = await sign(statement.challenge, party.id, own.map(item => item.credential)); } catch (error) {
		return partly(passkeyWords(error, who.name));
	}
	const key = await signerOf(keys(), answer.signature, statement.message);
	if (!key) return partly(await whoseWas(answer, statement));
	remember({appointment: who.appointment, credential: answer.credential, key: key.key, name: who.name, party: who.party, rp: party.id});
	tell("", say("handing_in"), {focus: false});
	const body = envelope(statement, {key: key.key, ...answer.signature});
	return handIn(base, statement.members.id, body, () => tell("warn", say("retrying"), {focus: false}));
}

/** Nothing was handed in; where the first of two acts is recorded, that is said too. */
function partly(text) {
	const more = ready.receipt ? [say("first_recorded", {index: ready.receipt.index})] : [say("nothing_recorded")];
	tell("bad", text, {more});
	return null;
}

/** By name whose key answered, where it is not this person's. */
async function whoseWas(answer, statement) {
	const other = await signerOf(data.others, answer.signature, statement.message);
	if (other) return say("others_key", {name: other.name, party: other.party, who: who.name, whose: who.party});
	return say("unknown_key", {who: who.name});
}

/** Is what is to be signed still what the page shows? Says the difference where it is not. */
async function isUnchanged() {
	const answer = await fetch(byId("sheet").dataset.sheet, {cache: "no-store"});
	const now = answer.ok ? await answer.json() : null;
	if (answer.status === 410) return refuse(say("expired"));
	if (!now) throw new TypeError(`${answer.status}`);
	const skew = Date.now() - Date.parse(now.now);
	if (Math.abs(skew) > SKEW_MS) return refuse(say(skew > 0 ? "clock_ahead" : "clock_behind", {now: when(now.now), here: when(new Date().toISOString())}));
	const changes = differences(data.basis, now.basis);
	if (changes.length) return showChanges(changes, now);
	const option = now.options.find(each => each.name === chosen.name);
	if (!option) return refuse(now.problem ?? say("no_more", {option: chosen.label}));
	const plain = acts => canonical(acts.map(({occurred_on: _, ...act}) => act));
	if (plain(option.acts) !== plain(chosen.acts)) return refuse(say("meanwhile"), [], [[say("reload"), () => location.reload()]]);
	return true;
}

function refuse(text, more = [], actions = []) {
	tell("bad", text, {more: [...more, say("nothing_signed")], actions});
	return false;
}

async function showChanges(changes, now) {
	const texts = await changedTexts(data.basis.docset, now.basis.docset);
	refuse(say("changed"), [], [[say("reload"), () => location.reload()]]);
	const inner = byId("message").firstChild, list = element(inner, "ul");
	inner.insertBefore(list, inner.querySelector("button"));
	const shown = value => value === undefined ? "—" : typeof value === "string" ? value : JSON.stringify(value);
	if (!texts.length) for (const [path, before, after] of changes.slice(0, 20)) element(list, "li", `${path}: ${shown(before)} → ${shown(after)}`);
	for (const {lang: tag, removed, added} of texts) {
		for (const line of removed) element(element(list, "li", "− "), "del", line, {lang: tag});
		for (const line of added) element(element(list, "li", "+ "), "ins", line, {lang: tag});
	}
	return false;
}

/** The lines that differ, language by language, between the documents shown and those of now. */
async function changedTexts(before, now) {
	const changed = [];
	for (const item of before?.documents ?? []) {
		const other = now?.documents.find(each => each.lang === item.lang);
		if (!other || other.sha256 === item.sha256 || !item.media_type.startsWith("text/")) continue;
		const [old, later] = await Promise.all([item, other].map(async each => (await fetch(`${base}/documents/${each.sha256}`)).text()));
		changed.push({lang: item.lang, ...changedLines(old, later)});
	}
	return changed;
}

/** Before the device is asked: are the only passkeys that this browser knows somebody else's? Says whose. */
async function isOwnDevice() {
	const here = known().filter(item => item.rp === party.id), isOwn = item => keys().some(key => key.key === item.key);
	if (mayAsk || !here.length || here.some(isOwn)) return true;
	const names = [...new Set(here.map(item => `${item.name} (${item.party})`))].join(", ");
	const again = () => { mayAsk = true; confirm(); };
	return refuse(say("others_device", {names, who: who.name, whose: who.party}), [], [[say("ask_anyway", {who: who.name}), again]]);
}

function explain(error) {
	if (error instanceof Lost) return tell("warn", say("lost"), {more: [say("lost_next")], actions: [[say("hand_in_now"), () => resend(ready.statement.members.id)]]});
	if (error instanceof Refused) return refused(error.problem);
	if (error instanceof Distrust || error instanceof Wrong) return stop(error);
	return tell("bad", say("unreachable"), {more: [say("nothing_signed")]});
}

async function refused(problem) {
	if (problem.code === "E_DUPLICATE") {
		if (await isThere()) return undefined;
		renewed.set(chosen.acts[ready.act].id, crypto.randomUUID());
		show();
		return tell("warn", say("id_taken"), {more: [say("nothing_recorded")]});
	}
	const title = lang === "es" ? problem.title_es ?? problem.code : problem.title ?? problem.code;
	const fresh = await fetch(byId("sheet").dataset.sheet, {cache: "no-store"}).then(answer => answer.json()).catch(() => null);
	return tell("bad", title, {more: [fresh?.problem, say("refused", {code: problem.code})].filter(Boolean)});
}

/** A statement of this id is recorded already: another tab or device was quicker. Shows its receipt. */
async function isThere() {
	const entry = await recorded(base, ready.statement.members.id), actor = entry?.statement.actor;
	if (actor?.appointment !== who.appointment) return false;
	tell("warn", say("already"), {link: [say("see_receipt", entry), byId("sheet").dataset.receipt.replace("INDEX", entry.index)]});
	return true;
}

async function resend(id) {
	if (isBusy) return;
	isBusy = true;
	try {
		const receipt = await handIn(base, id, unsent(id), () => tell("warn", say("retrying"), {focus: false}));
		location.assign(byId("sheet").dataset.receipt.replace("INDEX", receipt.index));
	} catch (error) {
		ready ??= {statement: {members: {id}}};
		explain(error);
	} finally { isBusy = false; }
}

function showMemory() {
	const memory = remembered(data.origin), list = byId("memory");
	list.replaceChildren();
	byId("memory-save").disabled = !memory;
	if (!memory) return fact(list, say("memory"), say("memory_none"));
	const [, size, root] = memory.checkpoint.split("\n");
	fact(list, say("memory"), say("memory_of", {size, when: when(memory.verified_at)}));
	fact(list, say("memory_root"), root, true);
	return fact(list, say("memory_key"), memory.log_key, true);
}

const saveMemory = () => offer("constancia-memoria.json", JSON.stringify(remembered(data.origin), null, 1), "application/json");

async function takeMemory(event) {
	try {
		await take(data.origin, JSON.parse(await event.target.files[0].text()));
		showMemory();
	} catch { tell("bad", say("memory_bad")); }
}

start();
