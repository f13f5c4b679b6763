// What makes a signature vouch for history: the log's checkpoint, verified against the last one that this browser
// verified (SPEC §2, `seen`). The log's key is the first one that this browser met; from then on no other counts.
import {base64, checkLogSignature, hex, nodeHash, parseCheckpoint, parseLogVkey, sha256, unhex, utf8} from "./verifier.js";

const EMPTY = hex(sha256(new Uint8Array())), PREFIX = "constancia.watch.";

/** The log shows what contradicts something that this browser verified before: nothing is to be signed. */
export class Distrust extends Error {
	constructor(code, params) {
		super(code);
		Object.assign(this, {code, params});
	}
}

const isOdd = number => number % 2 === 1, half = number => Math.floor(number / 2);

/** Does a proof show that the tree of the first size is a prefix of that of the second? RFC 9162 §2.1.4.2. */
export function isConsistent(first, second, firstRoot, secondRoot, proof) {
	if (first === second) return proof.length === 0 && firstRoot === secondRoot;
	if (first > second) return false;
	if (first === 0) return proof.length === 0 && firstRoot === EMPTY;
	const path = Number.isInteger(Math.log2(first)) ? [unhex(firstRoot), ...proof] : [...proof];
	let fn = first - 1, sn = second - 1;
	while (isOdd(fn)) [fn, sn] = [half(fn), half(sn)];
	if (!path.length) return false;
	let [older, newer] = [path[0], path[0]];
	for (const step of path.slice(1)) {
		if (sn === 0) return false;
		if (isOdd(fn) || fn === sn) {
			[older, newer] = [nodeHash(step, older), nodeHash(step, newer)];
			while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
		} else newer = nodeHash(newer, step);
		[fn, sn] = [half(fn), half(sn)];
	}
	return sn === 0 && hex(older) === firstRoot && hex(newer) === secondRoot;
}

/** What this browser remembers of a log: its key, its last checkpoint, when; null before the first time. */
export function remembered(origin) {
	try { return JSON.parse(localStorage.getItem(PREFIX + origin)); } catch { return null; }
}

/** Verifies the log's latest checkpoint against the last one verified, and remembers it. Gives root and size. */
export async function look(base, origin, claimedKey) {
	const memory = remembered(origin), key = memory?.log_key ?? claimedKey;
	if (claimedKey !== key) throw new Distrust("key", {expected: key, found: claimedKey});
	const text = await (await ask(`${base}/checkpoint`)).text(), now = await opened(text, key, origin);
	const old = memory ? await opened(memory.checkpoint, key, origin) : {size: 0, root: EMPTY};
	if (now.size < old.size) throw new Distrust("back", {old: old.size, now: now.size});
	const proof = old.size > 0 && old.size < now.size ? await proofOf(base, old.size, now.size) : [];
	if (!isConsistent(old.size, now.size, old.root, now.root, proof)) throw new Distrust("fork", {old: old.size, now: now.size});
	keep(origin, {log_key: key, checkpoint: text, verified_at: new Date().toISOString()});
	return {seen: {root: now.root, size: now.size}, before: old.size, isFirst: memory === null};
}

const ask = async address => {
	const answer = await fetch(address, {cache: "no-store"});
	if (!answer.ok) throw new TypeError(`${answer.status}`);
	return answer;
};

async function proofOf(base, old, now) {
	const {proof} = await (await ask(`${base}/api/v1/proofs/consistency?old=${old}&new=${now}`)).json();
	return proof.map(node => base64(node));
}

async function opened(text, key, origin) {
	let checkpoint;
	try {
		checkpoint = parseCheckpoint(utf8(text));
		await checkLogSignature(checkpoint, [parseLogVkey(key)]);
	} catch { throw new Distrust("note", {key}); }
	if (checkpoint.origin !== origin) throw new Distrust("note", {key});
	return checkpoint;
}

function keep(origin, memory) {
	try { localStorage.setItem(PREFIX + origin, JSON.stringify(memory)); } catch { /* a browser that stores nothing */ }
}

/** Takes a memory over from a file that this page saved before; throws where its checkpoint is not signed by its key. */
export async function take(origin, memory) {
	await opened(memory.checkpoint, memory.log_key, origin);
	keep(origin, memory);
}

