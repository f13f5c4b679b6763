// Notes, checkpoints, cosignatures, policy (C2SP)
const VKEY = /^([^\p{White_Space}\p{Cc}+]+)\+([0-9a-f]{8})\+(\S+)$/u, SIGNED_BY = /^— ([^\p{White_Space}\p{Cc}+]+) (\S+)$/u;
const ED25519 = 1, COSIGNATURE = 4, ML_DSA_44 = 6, KEY_BYTES = {1: 32, 4: 32, 6: 1312};

function parseVkey(text) {
	const [, name, id, encoded] = VKEY.exec(text) ?? [], data = base64(encoded) ?? [];
	const [type] = data, raw = data.slice(1);
	must(KEY_BYTES[type] === raw.length && hex(sha256(concat(utf8(name + "\n"), data)).subarray(0, 4)) === id
		&& (type === ML_DSA_44 || isStrictPoint(raw)), "vkey", "", "<name>+<hash>+<base64>", text);
	return {text, name, id, type, raw, kind: "Ed25519", spki: concat(unhex(ED25519_SPKI), raw)};
}

function parseLogVkey(text) {
	const key = parseVkey(text);
	must(key.type === ED25519, "vkey", "", ED25519, key.type);
	return key;
}

function parseNote(bytes) {
	const text = bytes.length <= MAX_NOTE ? decode(bytes) : null, cut = text?.lastIndexOf("\n\n") ?? -1;
	must(cut > 0 && text.endsWith("\n") && !/[\0-\x09\x0b-\x1f]/.test(text), "note");
	const signatures = text.slice(cut + 2, -1).split("\n").map(line => {
		const [, name, encoded] = SIGNED_BY.exec(line) ?? [], data = base64(encoded) ?? [];
		must(data.length > 4, "note", "", "— <name> <base64>", line);
		return {name, id: hex(data.subarray(0, 4)), data: data.subarray(4)};
	});
	must(signatures.length <= 100, "note");
	return {text: text.slice(0, cut + 1), signatures};
}

function parseCheckpoint(bytes) {
	const note = parseNote(bytes), lines = note.text.slice(0, -1).split("\n"), [origin, digits, encoded] = lines;
	const size = decimal(digits ?? ""), root = base64(encoded);
	must(lines.length >= 3 && lines.every(Boolean) && size !== null && root?.length === 32, "checkpoint", "", "origin, size, root", note.text);
	return {...note, origin, size, root: hex(root), extension: lines[3]};
}

const linesOf = (note, key) => note.signatures.filter(line => line.name === key.name && line.id === key.id);

/**
 * Throws unless the log signed by one of its keys: a line that fails rejects the note, and so does having none. Where
 * other keys of its name signed, the code says so; a line that a listed key made under another id is a damaged one.
 */
async function checkLogSignature(note, keys) {
	const signers = keys.filter(key => key.type === ED25519), isBy = ({key, data}) => isSigned(key, data, utf8(note.text));
	const named = note.signatures.filter(({name, data}) => name === keys[0].name && data.length === 64);
	const [lines, all] = [linesOf, () => named].map(of => signers.flatMap(key => of(note, key).map(({data}) => ({key, data}))));
	must(lines.length || !all.length || (await Promise.all(all.map(isBy))).some(Boolean), "other-log-key");
	const signed = await Promise.all(lines.map(isBy));
	must(lines.length && signed.every(Boolean), "note-signature", "", keys[0].text, lines.length ? hex(lines[0].data) : "—");
}

const uint64 = number => unhex(number.toString(16).padStart(16, "0"));

/** When a cosignature says that it was made, in POSIX seconds. */
const secondsOf = line => BigInt("0x" + hex(line.data.slice(0, 8)));

/** True or false; null where this browser has no ML-DSA-44. */
async function isCosigned({text, origin, size, root}, key, line) {
	const time = line.data.slice(0, 8), signature = line.data.subarray(8);
	if (signature.length !== (key.type === COSIGNATURE ? 64 : 2420) || !secondsOf(line) || secondsOf(line) >> 63n) return false;
	if (key.type === COSIGNATURE) return isSigned(key, signature, utf8(`cosignature/v1\ntime ${secondsOf(line)}\n${text}`));
	const [name, log] = [utf8(key.name), utf8(origin)], algorithm = {name: "ML-DSA-44"};
	const message = concat(utf8("subtree/v1\n\0"), [name.length], name, time, [log.length], log, uint64(0), uint64(size), unhex(root));
	let imported;
	try { imported = await subtle.importKey("raw-public", key.raw, algorithm, false, ["verify"]); } catch { return null; }
	return Math.max(name.length, log.length) <= 255 && subtle.verify(algorithm, imported, signature, message);
}

/**
 * A tlog-policy: keys of logs by origin, witnesses, and the quorum as a function: given the names that cosigned, it gives
 * those that make it up, or null. A number counts witnesses, not keys, and the log's own key is none.
 */
function parsePolicy(bytes) {
	const logs = new Map(), witnesses = [], defined = new Map(), used = new Set(), counting = [], text = decode(bytes);
	let quorum = null;
	const demand = (condition, found) => must(condition, "policy", "", "log, witness, group, quorum", found);
	const key = (word, types) => {
		const vkey = parseVkey(word), once = hex(vkey.raw);
		demand(types.includes(vkey.type) && !used.has(once) && !FORBIDDEN.test(vkey.name), word);
		used.add(once);
		return vkey;
	};
	const define = (name, made, operators) => {
		demand(name !== "none" && !defined.has(name) && !FORBIDDEN.test(name) && !/\s/.test(name), name);
		defined.set(name, {made, operators: new Set(operators)});
	};
	const read = ([rule, name, third, ...more]) => {
		if (rule === "log" && name && !more.length) {
			const log = key(name, [ED25519, ML_DSA_44]);
			logs.set(log.name, [...logs.get(log.name) ?? [], log].sort((a, b) => a.type - b.type));
		} else if (rule === "witness" && third && more.length <= 1) {
			const witness = key(third, [COSIGNATURE, ML_DSA_44]);
			define(name, cosigned => cosigned.has(name) ? [name] : null, [witness.name]);
			witnesses.push({name, key: witness});
		} else if (rule === "group" && more.length) {
			const needed = third === "all" ? more.length : third === "any" ? 1 : decimal(third);
			demand(needed >= 1 && needed <= more.length, third);
			const members = more.map(member => {
				demand(defined.has(member) && !used.has("group " + member), member);
				used.add("group " + member);
				return defined.get(member);
			});
			const operators = members.flatMap(member => [...member.operators]);
			define(name, cosigned => {
				const met = members.map(member => member.made(cosigned)).filter(Boolean);
				return met.length < needed ? null : met.flat();
			}, operators);
			if (third !== "all") counting.push(...members);
			demand(/^a/.test(third) || new Set(operators).size === operators.length, name);
		} else {
			demand(rule === "quorum" && !third && !quorum && (name === "none" || defined.has(name)), rule);
			quorum = defined.get(name) ?? {made: () => []};
			quorum.none = name === "none";
		}
	};
	demand(bytes.length <= MAX_NOTE && text !== null && !/[\0-\x08\x0b-\x1f\x7f-\x9f]/.test(text), "—");
	for (const line of text.split("\n")) {
		const words = line.split(/[ \t]+/).filter(Boolean);
		if (words.length && !words[0].startsWith("#")) read(words);
	}
	demand(quorum && logs.size && [...logs.values()].every(([first]) => first.type === ED25519), "—");
	const own = new Set(witnesses.filter(one => logs.has(one.key.name)).map(one => one.name));
	demand((quorum.none || !quorum.made(own)) && !counting.some(member => member.made(own)), [...own]);
	return {logs, witnesses, quorum};
}
