// Makes a passkey, has it present itself to the ledger, and shows the fingerprint to compare by phone.
import {compose, instant} from "./statement.js";
import {Distrust, look} from "./watch.js";
import {belongs, create, isAble, known, remember, sign, signerOf} from "./passkey.js";
import {Lost, Refused, envelope, handIn} from "./handing.js";
import {base, byId, data, hush, lang, passkeyWords, say, tell, when} from "./page.js";

const SKEW_MS = 5 * 60 * 1000, {relying_party: party, who} = data, button = byId("make");
let isBusy = false, unsent = null;

function start() {
	button.addEventListener("click", make);
	if (!isAble()) return tell("warn", say("no_passkeys"), {focus: false});
	if (!belongs(location.hostname, party.id)) {
		const there = party.address + location.pathname.slice(base.length);
		return tell("warn", say("other_host", {host: party.id}), {link: [say("go_there"), there], focus: false});
	}
	button.disabled = false;
}

async function make() {
	if (isBusy) return;
	isBusy = button.disabled = true;
	hush();
	try {
		const skew = Date.now() - Date.parse((await fetchNow()) ?? data.now);
		if (Math.abs(skew) > SKEW_MS) return tell("bad", say(skew > 0 ? "clock_ahead" : "clock_behind", {now: when(data.now), here: when(new Date().toISOString())}));
		const {seen} = await look(base, data.origin, data.log_key);
		await present(seen);
	} catch (error) { explain(error); } finally {
		isBusy = false;
		button.disabled = false;
	}
	return undefined;
}

/** The server's clock, from the header of an answer of now; null where a proxy hides it. */
async function fetchNow() {
	const answer = await fetch(`${base}/checkpoint`, {method: "HEAD", cache: "no-store"});
	return answer.headers.get("Date");
}

async function present(seen) {
	const here = known().filter(item => item.rp === party.id && item.appointment === who.appointment);
	tell("", say("making"), {focus: false});
	let made, answer;
	try {
		made = await create({
			rpId: party.id, rpName: data.name, user: who.appointment, name: `${who.name} · ${who.party}`,
			known: here.filter(item => data.registered.includes(item.key)),
		});
	} catch (error) { return tell("bad", error?.name === "NotAllowedError" ? say("not_made") : passkeyWords(error, who.name)); }
	const body = {...data.act.body, key: made.key, ...made.material};
	const statement = compose({...data.act, body, id: crypto.randomUUID(), stream: `key/${made.key}`}, seen, instant(new Date()));
	tell("", say("making_second"), {focus: false});
	try { answer = await sign(statement.challenge, party.id, [made.credential]); } catch (error) {
		return tell("bad", passkeyWords(error, who.name), {more: [say("not_presented")]});
	}
	const key = await signerOf([{key: made.key, ...made.material}], answer.signature, statement.message);
	if (!key) return tell("bad", say("failed", {error: "signature"}));
	remember({appointment: who.appointment, credential: made.credential, key: made.key, name: who.name, party: who.party, rp: party.id});
	unsent = {id: statement.members.id, key: made.key, body: envelope(statement, {key: made.key, ...answer.signature})};
	return deliver();
}

async function deliver() {
	tell("", say("handing_in"), {focus: false});
	await handIn(base, unsent.id, unsent.body, () => tell("warn", say("retrying"), {focus: false}));
	location.reload();
}

function explain(error) {
	if (error instanceof Lost) return tell("warn", say("lost"), {more: [say("lost_next")], actions: [[say("hand_in_now"), () => deliver().catch(explain)]]});
	if (error instanceof Distrust) return tell("bad", say(`distrust_${error.code}`, error.params));
	if (error instanceof Refused) {
		const {problem} = error, title = lang === "es" ? problem.title_es : problem.title;
		return tell("bad", title ?? problem.code, {more: [say("refused", {code: problem.code})]});
	}
	return tell("bad", say("unreachable"));
}

start();
