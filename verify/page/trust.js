// Trust: what the reader brings from elsewhere, never what the bundle holds.
const trust = {policy: null, genesis: null, kept: null};

/** A text of the reader's own: an editor's mark and line ends make no other anchor. */
const plain = bytes => lineEnds(same(bytes.subarray(0, 3), [0xef, 0xbb, 0xbf]) ? bytes.subarray(3) : bytes);

/** The fingerprint of an anchor (SPEC §4): 200 bits of SHA-256 in base32. An address in the policy is nobody's key. */
function fingerprintOf(policy, genesis) {
	const rows = decode(plain(policy)).split("\n").map(line => line.split(/[ \t]+/).filter(Boolean)).filter(([rule]) => rule && rule[0] !== "#");
	const rules = rows.map(row => row.slice(0, {log: 2, witness: 3}[row[0]]).join(" ")), origins = [...parsePolicy(plain(policy)).logs.keys()].join(" ");
	const digest = sha256(utf8(["constancia/trust@v1", origins, genesis, ...rules, ""].join("\n"))).subarray(0, 25);
	const bits = Array.from(digest, byte => byte.toString(2).padStart(8, "0")).join("");
	return bits.replace(/.{5}/g, five => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[parseInt(five, 2)]).replace(/.{5}(?=.)/g, "$&-");
}

async function readTrust({policy, genesis, checkpoint, word}) {
	try {
		if (policy) trust.policy = parsePolicy(plain(policy));
		if (genesis) trust.genesis = decode(plain(genesis))?.replace(/^[\x1c-\x1f\t-\r ]+|[\x1c-\x1f\t-\r ]+$/g, "");
		must(!genesis || isHash(trust.genesis), "genesis");
		if (checkpoint && policy) await judgeNote(trust.kept = parseCheckpoint(plain(checkpoint)));
	} catch (error) {
		if (error instanceof Malformed) throw new Unreadable(error.code === "other-log-key" ? "kept-key" : "trust", `${error.code} ${error.found}`);
		throw error;
	}
	facts.anchored = Boolean(policy && genesis);
	if (facts.anchored) facts.trust = {...word, fingerprint: fingerprintOf(policy, trust.genesis)};
}

/** Holds a checkpoint to the policy: names of the witnesses that cosigned, those that could not be tried. */
async function judgeNote(checkpoint) {
	const {logs, witnesses, quorum} = trust.policy, {origin, size} = checkpoint, keys = logs.get(origin);
	const cosigned = new Set(), unsupported = [], named = new Map();
	let earliest = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000; // what is later is no time
	must(keys, "origin", "", [...logs.keys()], origin);
	must(checkpoint.extension === undefined, "checkpoint", "checkpoint", "", checkpoint.extension);
	await checkLogSignature(checkpoint, keys);
	for (const {name, key} of witnesses) for (const line of linesOf(checkpoint, key)) {
		const answer = await isCosigned(checkpoint, key, line);
		must(answer !== false, "cosignature", "", key.name, hex(line.data).slice(0, 128));
		if (answer) cosigned.add(name); else unsupported.push(name);
		if (!answer || key.name === origin) continue;
		earliest = Math.min(earliest, Number(secondsOf(line)));
	}
	const made = quorum.made(cosigned);
	for (const {name, key} of witnesses) {
		if (made?.includes(name) && key.name !== origin && !named.has(key.name)) named.set(key.name, name);
	}
	return {log: keys[0], cosigned, cosigners: [...named.values()], unsupported, size, isMet: made, earliest};
}

/** Says what the policy's witnesses did. */
function reportWitnesses({cosigned, cosigners, unsupported, size, isMet}) {
	count("L1", "cosignatures", cosigned.size);
	if (unsupported.length) unchecked("unsupported", {names: unsupported.join(", ")});
	if (trust.policy.quorum.none) return;
	if (!isMet || size === 0) remark("open", "no-quorum", {names: [...cosigned].sort().join(", ") || "—"});
	else remark("notes", "witnessed", {size, names: cosigners.join(", ") || "—"});
}

/** A policy for another ledger than the source says that it is, wherever it says so, judges nothing. */
function checkLedger(origins) {
	const claimed = origins.filter(Boolean), pinned = [...trust.policy?.logs.keys() ?? []];
	if (!trust.policy || !claimed.length || claimed.some(origin => pinned.includes(origin))) return;
	remark("open", "other-ledger", {pinned: pinned.sort().join(", "), origin: claimed[0]});
	Object.assign(trust, {policy: null, genesis: null, kept: null, isForeign: true});
	Object.assign(facts, {anchored: false, trust: null});
}

/** The ledger that an entry names, if it can be read. */
function ledgerOf(entry) {
	try { return parseEntry(entry ?? new Uint8Array()).statement.ledger; } catch { return null; }
}

function reportTrust() {
	if (newer.length) remark("open", "newer-act", {...newer[0], count: newer.length});
	if (!trust.policy) { if (!trust.isForeign) remark("open", "no-trust"); }
	else if (!trust.genesis) remark("open", "no-genesis-pin");
	unchecked("law");
	unchecked("time");
}
