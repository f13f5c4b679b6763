// A bundle
const TILE = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/){0,5})(\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

function tilePath(level, number, width) {
	const digits = String(number), {length} = digits, groups = digits.padStart(length + 2 - (length + 2) % 3, "0");
	return `tile/${level}/${groups.replace(/...(?=.)/g, "x$&/")}` + (width < 256 ? `.p/${width}` : "");
}

/** Level (or "entries"), number and width of a tile's name; null for any other name. */
function parseTilePath(path) {
	const [, level, groups, digits, partial] = TILE.exec(path) ?? [], number = Number((groups ?? "").replace(/[x/]/g, "") + digits);
	const width = Number(partial ?? 256);
	return level && tilePath(level, number, width) === path && (!partial || width < 256) && !(level > 63) ? {path, level, number, width} : null;
}

/** The whole entries at the beginning of a bundle, and whether that is all of it. */
function splitBundle(bytes) {
	const entries = [];
	let at = 0;
	while (at + 2 <= bytes.length && entries.length < 256) {
		const end = at + 2 + bytes[at] * 256 + bytes[at + 1];
		if (end > bytes.length) break;
		entries.push(bytes.subarray(at + 2, end));
		at = end;
	}
	return {entries, isWhole: at === bytes.length};
}

const ids = new Set(), cited = new Map(), confirmed = new Set([0]), ahead = [], contradictions = [];
let files, tiles, head, pending = null, lastRecorded = "", unread = 0, largest = 0, seen = 0, running = [];

async function auditBundle(given, progress) {
	files = given;
	tiles = files.names.map(parseTilePath).filter(Boolean);
	need(files.has("checkpoint"), "missing");
	head = parseCheckpoint(asWritten(await files.read("checkpoint"), parseCheckpoint, "checkpoint"));
	const first = await readTile("entries", 0, 1), [entry] = first.bytes ? splitBundle(first.bytes).entries : [];
	checkLedger([head.origin, ledgerOf(entry)]);
	const logs = [...trust.policy?.logs.keys() ?? []], said = head.origin;
	facts.origin = logs.length === 1 ? logs[0] : logs.includes(said) ? said : null;
	await readEntries(head.size, progress);
	const size = treeSize;
	Object.assign(facts, {size, root: rootOf(size), genesis: size ? hex(levels[0][0]) : null});
	count("L1", "entries", size);
	count("L1", "links", size);
	count("L2", "signatures", 0);
	count("L2", "seen_roots", seen);
	count("L2", "keys", keys.size);
	count("L2", "appointments", appointments.size);
	const pinned = checkKeys();
	checkKept();
	await checkHead(pinned);
	await checkTiles();
	await checkLogCosigner();
	await checkWitnesses();
	await checkDocuments();
	reportSeen();
	if (unread) unchecked("entries-unread", {count: unread});
	if (zone !== undefined) remark(...calendar ? ["notes", "browser-zone"] : ["open", "no-time-zone"], {zone});
	if (largest < size) remark("notes", "tail", {start: largest});
	for (const {code, index} of [...suspects.values()].sort((a, b) => a.index - b.index)) remark("notes", code, {index});
}

/** The partial tile, or the full one in its place. */
function tilePlace(level, number, width) {
	const paths = [tilePath(level, number, width), tilePath(level, number, 256)];
	return paths.find(files.has) ?? paths[0];
}

async function readTile(level, number, width) {
	const path = tilePlace(level, number, width);
	const bytes = files.has(path) ? await files.read(path) : null, why = bytes && isPage(bytes) ? "replaced" : "missing";
	return {path, bytes: bytes && why === "missing" ? arrived(bytes) : null, why, isExact: path === tilePath(level, number, width)};
}

/** One pass in order. Signatures of up to four bundles are being checked while the next two are unpacked. */
async function readEntries(there, progress) {
	const verified = [];
	const load = first => {
		const width = Math.min(256, there - first);
		const both = width > 0 && Promise.all(["entries", 0].map(level => readTile(level, first / 256, width)));
		if (both) both.catch(() => {}); // it is thrown where it is awaited
		return both;
	};
	const loads = [0, 256].map(load);
	for (let first = 0; first < there; first += 256) {
		const [bundle, tile] = await loads.shift(), width = Math.min(256, there - first);
		loads.push(load(first + 512));
		const entries = await bundleEntries(bundle, first, width), stored = await storedLeaves(tile, width, entries);
		for (let i = 0; i < entries.length; i++) takeEntry(first + i, entries[i], stored[i]);
		verified.push(Promise.all(running.splice(0)));
		if (verified.length > 4) await verified.shift();
		progress((first + width) / there);
		if (entries.length < width) { endsAt = first + entries.length; break; }
	}
	settle(null);
	await Promise.all(verified);
}

/** The whole entries that a bundle begins with. What comes after the first that lacks could not be judged. */
async function bundleEntries({path, bytes, isExact, why}, first, width) {
	if (!bytes) { lack(why, path); return []; }
	count("L1", "bundles");
	const [data, seen] = await asSent(bytes, bytes => {
		const {entries, isWhole} = splitBundle(bytes);
		return entries.length < width ? "short" : !isWhole || (isExact && entries.length > width) ? "added" : null;
	});
	if (seen) lack(seen, path);
	return splitBundle(data).entries.slice(0, width);
}

async function storedLeaves({path, bytes, isExact, why}, width, entries) {
	if (!bytes) { lack(why, path); return []; }
	count("L1", "tiles");
	const seenIn = ({length}) => length < 32 * width ? "short" : isExact && length !== 32 * width ? "added" : null;
	const cut = data => Array.from({length: Math.min(floor(data.length / 32), width)}, (_, i) => data.subarray(32 * i, 32 * i + 32));
	let [data, seen] = await asSent(bytes, seenIn);
	if (seen === "changed" && !entries.every((entry, i) => same(leafHash(entry), cut(data)[i]))) [data, seen] = [bytes, seenIn(bytes)]; // a CR LF by chance
	if (seen) lack(seen, path);
	return cut(data);
}

function takeEntry(at, bytes, stored = null) {
	const entry = bytes ? parsed(() => parseEntry(bytes), "entry-form", at, "entry") : null;
	settle(entry?.index === at ? entry.previous : null);
	if (!entry) unread++;
	else {
		if (entry.index !== at) fault("index", at, "index", at, entry.index);
		entry.index = at;
		judge(entry);
	}
	pending = {at, stored, computed: entry?.leaf ?? (bytes ? leafHash(bytes) : null)};
}

/** Decides on the leaf before: its bytes, the stored hash and the next entry's link vote; the dissenter is the fault. */
function settle(claimed) {
	const none = "0".repeat(64);
	if (!pending) {
		if (claimed && claimed !== none) fault("previous", 0, "previous", none, claimed);
		return;
	}
	const {at, stored, computed} = pending;
	let leaf = computed ?? stored ?? unhex(claimed ?? none);
	if (computed && stored && !same(computed, stored)) {
		fault("leaf-hash", at, "tile/0", hex(stored), hex(computed));
		if (hex(computed) !== claimed) leaf = stored;
	}
	if (claimed && claimed !== hex(leaf)) fault("previous", at + 1, "previous", hex(leaf), claimed);
	addLeaf(leaf);
}

function judge(entry) {
	const {index, statement: {ledger, id, signed_at: signedAt}, recorded_at: recordedAt} = entry;
	place = index;
	facts.origin ??= ledger;
	if (ledger !== facts.origin) accuse("ledger", ".ledger", facts.origin, ledger);
	if (recordedAt < lastRecorded) fault("recorded-at", index, "recorded_at", `≥ ${lastRecorded}`, recordedAt);
	lastRecorded = recordedAt;
	if (ids.has(id)) fault("statement-id", index, "statement.id", "", id, {level: "L2", late: 0.5});
	ids.add(id);
	// Where one is no real day, the difference is not a number, and the statement counts as signed too late.
	if (signedAt.slice(0, 19) > recordedAt.slice(0, 19) && !(Date.parse(signedAt) - Date.parse(recordedAt) <= 300000)) {
		accuse("signed-at", ".signed_at", `≤ ${recordedAt} + 300 s`, signedAt);
	}
	checkSeen(entry);
	checkAuthorship(entry);
	takeNames(entry.statement.type, entry.statement.body);
	// No string holds a bare quote, so this is a member wherever it stands; `size` follows it, if it is there.
	for (const [, digest, size] of entry.text.matchAll(/"sha256":"([0-9a-f]{64})"(?:,"size":(\d{1,16}))?/g)) {
		if (!cited.has(digest)) cited.set(digest, {index, sizes: new Set(), withdrawals: new Map()});
		const {sizes, withdrawals} = cited.get(digest);
		if (size) {
			sizes.add(Number(size));
			withdrawals.clear();
		}
	}
	if (entry.statement.type === "CancellationDecided") withdraw(entry);
}

/** Note the documents that a decision blocks or destroys, or gives back: each cancellation by itself (SPEC §7). */
function withdraw({index, statement: {stream, body: {documents, to}}}) {
	for (const name of Array.isArray(documents) ? documents : []) {
		const withdrawals = cited.get(name)?.withdrawals;
		withdrawals?.delete(stream);
		if (to !== "denied") withdrawals?.set(stream, index);
	}
}

function checkAuthorship(entry) {
	const {index, statement: {type}} = entry;
	if ((index === 0) !== (type === "LedgerOpened")) accuse("directory", ".type", "LedgerOpened: 0", type);
	const before = total;
	running.push(checkSignatures(entry, checkAuthority(entry)));
	if (total === before) parsed(() => applyEffect(entry), "directory", index, "statement", "L2");
}

// Roots that signers saw (rule 7). What contradicts the tree shows between which sizes the log was altered.
function checkSeen({index, statement: {seen: {size, root}}}) {
	seen++;
	if (size > index) ahead.push([index, size]);
	else if (root === rootOf(size)) confirmSize(size);
	else contradictions.push({size, root, code: "seen", field: "statement.seen.root", signer: index});
}

function confirmSize(size) {
	confirmed.add(size);
	largest = Math.max(largest, size);
}

function reportSeen() {
	for (const [index, size] of ahead) fault("seen-ahead", index, "statement.seen.size", `≤ ${index}`, size, {level: "L2", late: 2});
	const order = contradictions.sort((a, b) => (a.signer === undefined) - (b.signer === undefined) || a.size - b.size);
	const sizes = [...confirmed].sort((a, b) => b - a);
	for (const one of order) reportContradiction(one, one.since ?? sizes.find(size => size < one.size) ?? 0);
}

function reportContradiction({size, root, code, field, signer}, first) {
	const end = Math.max(size - 1, 0), known = firstFaulty(first, end), isSigner = signer !== undefined;
	// Whose own signature fails, or who stands alone against a later signer, contradicts nobody.
	const isAlone = isSigner && (firstFaulty(signer, signer) !== null || largest >= size);
	const [index, last] = isAlone ? [signer, signer] : known !== null ? [known, known] : [first, end];
	fault(code, index, isSigner && index !== signer ? `entry ${signer}: ${field}` : field, `${root} (${size})`, rootOf(size),
		{last, somewhere: true, late: 2, level: isSigner ? "L2" : "L1", note: `${first}–${end}`});
}

// Anchors
let ownKey = null; // the one that entry 0 names

/** The log's keys: those that the policy pins, or else the one that entry 0 names. */
function checkKeys() {
	const {policy, genesis} = trust;
	const own = ownKey = logKey === undefined ? null : parsed(() => parseLogVkey(logKey), "directory", 0, "statement.body.log_key", "L2");
	const pinned = policy ? policy.logs.get(facts.origin) ?? [] : own ? [own] : [], [key] = pinned;
	if (key && own && !pinned.some(one => one.text === own.text)) remark("notes", "log-key-replaced");
	if (genesis && genesis !== facts.genesis && (treeSize || endsAt === null)) fault("genesis", 0, "leaf hash", genesis, facts.genesis);
	if (!key) remark("open", "no-log-key");
	facts.log_key = key?.text ?? null;
	return pinned;
}

function checkKept() {
	const {kept} = trust, where = "trust/checkpoint";
	if (!kept) return;
	if (kept.origin !== facts.origin) fault("origin", null, where, kept.origin, facts.origin);
	else if (kept.size > treeSize && endsAt !== null && kept.size <= head.size) remark("open", "kept-not-compared", {where, size: kept.size});
	else if (kept.size > treeSize) fault("rollback", treeSize, where, kept.size, treeSize, {last: kept.size - 1});
	else if (rootOf(kept.size) === kept.root) confirmSize(kept.size);
	else contradictions.push({...kept, code: "fork", field: where, since: 0});
}

async function checkHead(keys) {
	count("L1", "checkpoints");
	const {origin, size, root, extension} = head, before = total;
	if (extension !== undefined) fault("checkpoint", null, "checkpoint", "", extension);
	if (keys.length && origin !== keys[0].name) fault("origin", null, "checkpoint", keys[0].name, origin);
	else {
		try { if (keys.length) await checkLogSignature(head, keys); } catch (error) { malformed(error, "checkpoint", null, "checkpoint"); }
		for (const {key: witness} of trust.policy?.witnesses ?? []) await checkCosignatures(witness, () => {});
	}
	if (size > treeSize) return; // what lies between could not be had, and that is said
	if (rootOf(size) !== root && total === before) contradictions.push({size, root, code: "root", field: "checkpoint"});
}

/** A cosignature by a known key that fails is a fault wherever it stands. */
async function checkCosignatures(key, counted) {
	for (const line of linesOf(head, key)) {
		const answer = await isCosigned(head, key, line);
		if (answer === false) fault("checkpoint", null, "checkpoint", key.name, hex(line.data).slice(0, 128));
		else counted(answer);
	}
}

/** The log's own ML-DSA-44 key, if entry 0 names one: what the key of entry 0 signed carries its cosignature, other checkpoints that of another that the policy lists. */
async function checkLogCosigner() {
	const {origin} = facts, field = "statement.body.log_cosigner";
	const key = (logCosigner ?? null) === null ? null : parsed(() => parseVkey(String(logCosigner)), "directory", 0, field, "L2");
	if (!key) return;
	if (key.type !== ML_DSA_44 || key.name !== origin) return fault("log-key", 0, field, origin, key.name);
	const pinned = trust.policy ? [...trust.policy.witnesses.map(one => one.key), ...trust.policy.logs.get(origin) ?? []] : [];
	const others = pinned.filter(({name, type, text}) => name === origin && type === ML_DSA_44 && text !== key.text);
	const isBy = one => one.type === ED25519 && linesOf(head, one).length;
	const asked = !ownKey || isBy(ownKey) ? [key] : pinned.some(isBy) ? others : [];
	if (asked.length && !asked.some(one => linesOf(head, one).length)) fault("checkpoint", null, "checkpoint", key.name, "—");
	for (const one of asked) await checkCosignatures(one, answer => {
		if (answer) count("L1", "cosignatures"); else unchecked("unsupported", {names: key.name});
	});
}

async function checkWitnesses() {
	if (!trust.policy) return;
	const {none} = trust.policy.quorum;
	if (none) remark("notes", "no-witnesses");
	let judged = null;
	try { judged = await judgeNote(head); } catch (error) {
		if (!(error instanceof Malformed)) throw error; // a fault already
	}
	if (judged) reportWitnesses(judged);
	else if (!none) remark("open", "no-quorum", {names: "—"});
	if (!none && judged?.isMet && judged.size && judged.size < treeSize) {
		remark("open", "witnessed-to", {size: judged.size, total: treeSize});
	}
	if (judged?.size === treeSize && Date.parse(lastRecorded) / 1000 > judged.earliest + 300) {
		const [recorded_at, time] = [lastRecorded, new Date(judged.earliest * 1000).toISOString()].map(one => one.slice(0, 19) + "Z");
		remark("notes", "witness-ahead", {count: 1, index: treeSize - 1, recorded_at, time});
	}
}

// Files
async function checkTiles() {
	const read = new Set(), rowSize = level => floor(treeSize / 256 ** level);
	const size = head.size <= treeSize ? head.size : 0;
	for (let level = 0, left = size; left; level++, left = floor(left / 256)) for (let number = 0; number * 256 < left; number++) {
		const width = Math.min(256, left - number * 256);
		for (const kind of level ? [level] : [0, "entries"]) {
			read.add(tilePlace(kind, number, width));
			if (level) await checkTile(await readTile(kind, number, width), level, number, width, width);
		}
	}
	let beyond = 0;
	for (const {path, level, number, width} of tiles.filter(tile => !read.has(tile.path))) {
		const covered = Math.max(0, Math.min(width, rowSize(level === "entries" ? 0 : level) - number * 256));
		if (covered < width) beyond++;
		if (!covered || (covered < width && endsAt !== null)) continue;
		const bytes = await files.read(path);
		await checkTile(isPage(bytes) ? {path, why: "replaced"} : {path, bytes: arrived(bytes)}, level, number, width, covered);
	}
	if (beyond && endsAt === null) remark("notes", "beyond-checkpoint", {count: beyond});
	const others = files.names.filter(name => name.startsWith("tile/") && !parseTilePath(name));
	if (others.length) remark("notes", "other-files", {count: others.length, first: others[0]});
}

/** Holds a tile, or the leaf hashes of an entry bundle, to the tree. */
async function checkTile({path, bytes, why}, level, number, width, covered) {
	const isBundle = level === "entries", kind = isBundle ? "bundle" : "tile", span = isBundle ? 1 : 256 ** level, first = number * 256 * span;
	if (!bytes) return lack(why, path);
	count("L1", kind + "s");
	const length = 32 * (path.includes(".p/") ? width : 256);
	const [data, seen] = await asSent(bytes, bytes => {
		const {entries, isWhole} = isBundle ? splitBundle(bytes) : {};
		if (isBundle) return entries.length < covered ? "short" : isWhole ? null : "added";
		if (bytes.length !== length) return bytes.length < length ? "short" : "added";
		for (let i = 0; i < covered; i++) if (!same(bytes.subarray(32 * i, 32 * i + 32), levels[8 * level][number * 256 + i])) return "differs";
		return null;
	});
	const {entries} = isBundle ? splitBundle(data) : {}, there = isBundle ? entries.length : floor(data.length / 32);
	for (let i = 0; i < Math.min(covered, there); i++) {
		const found = isBundle ? leafHash(entries[i]) : data.subarray(32 * i, 32 * i + 32), at = first + i * span;
		const expected = levels[isBundle ? 0 : 8 * level][number * 256 + i];
		if (!same(found, expected)) return fault(kind, at, `${path}: ${i}`, hex(expected), hex(found), {last: at + span - 1});
	}
	if (seen && seen !== "differs") lack(seen, path);
}

/** What became of a document of another hash, if that is no alteration: cut, added to, or changed. */
async function changedOnTheWay(bytes, name, known) {
	const sizes = [...known?.sizes ?? []], isIt = async part => hex(new Uint8Array(await subtle.digest("SHA-256", part))) === name;
	if (!bytes.length || (sizes.length && bytes.length < Math.min(...sizes))) return "short";
	if (bytes.length > 2 ** 24) return null;
	if (endsInZeros(bytes)) return "short";
	for (const size of sizes) if (await isIt(bytes.subarray(0, size))) return "added";
	for (const one of await restored(bytes)) if (await isIt(one)) return "changed";
	return null;
}

async function checkDocuments() {
	const there = new Set();
	for (const path of files.names) {
		const name = path.replace("documents/", ""), known = cited.get(name);
		if (!path.startsWith("documents/") || !isHash(name)) continue;
		const bytes = await files.read(path), digest = hex(new Uint8Array(await subtle.digest("SHA-256", bytes)));
		there.add(name);
		count("L1", "documents");
		if (digest !== name) {
			const changed = await changedOnTheWay(bytes, name, known);
			if (changed) lack(changed, path); else fault("document", known?.index ?? null, path, name, digest);
		}
		else if (known && [...known.sizes].some(size => size !== bytes.length)) fault("document-size", known.index, path, [...known.sizes], bytes.length);
	}
	const lost = [], withdrawn = [];
	let evidence = 0;
	for (const [name, {index, sizes, withdrawals}] of cited) {
		if (there.has(name)) continue;
		if (withdrawals.size) withdrawn.push([Math.max(...withdrawals.values()), name]);
		else if (sizes.size) lost.push([index, name]);
		else evidence++;
	}
	for (const [list, code, names] of [["open", "documents-missing", lost], ["notes", "documents-withdrawn", withdrawn]]) {
		const [first] = names.sort(([x, a], [y, b]) => x - y || (a < b ? -1 : 1));
		if (first) remark(list, code, {count: names.length, first: first[1], index: first[0]});
	}
	if (evidence) unchecked("evidence-elsewhere", {count: evidence});
}
