// A bundle
const TILE = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/){0,5})(\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

function tilePath(level, number, width) {
	let path = String(number % 1000).padStart(3, "0");
	for (let left = Math.floor(number / 1000); left; left = Math.floor(left / 1000)) path = `x${String(left % 1000).padStart(3, "0")}/${path}`;
	return `tile/${level}/${path}` + (width < 256 ? `.p/${width}` : "");
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

class Audit {
	tree = new Tree();
	directory = new Directory();
	ids = new Set();
	cited = new Map();
	confirmed = new Set([0]);
	ahead = [];
	contradictions = [];
	pending = null;
	recordedAt = "";
	unread = 0;
	largest = 0;
	seen = 0;
	running = [];
	constructor(files, trust, report, progress) {
		Object.assign(this, {files, trust, report, progress, tiles: files.names.map(parseTilePath).filter(Boolean)});
	}
	async run() {
		const {report, files, tree, directory} = this;
		readable(files.has("checkpoint"), "checkpoint");
		const head = await files.read("checkpoint");
		this.checkpoint = attempt(() => parseCheckpoint(head), error => report.malformed(error, "checkpoint", null, "checkpoint"));
		let extent = 0; // a bundle far off is no part of the log: one name must not make an audit endless
		for (const {level, number, width} of this.tiles.toSorted((a, b) => a.number - b.number || b.width - a.width)) {
			if (level === "entries" && number * 256 <= extent + 65536) extent = Math.max(extent, number * 256 + width);
		}
		const logs = [...this.trust.policy?.logs.keys() ?? []], said = decode(head)?.split("\n", 1)[0];
		this.origin = logs.length === 1 ? logs[0] : logs.includes(said) ? said : null;
		await this.entries(this.checkpoint?.size ?? extent, extent);
		Object.assign(report.facts, {origin: this.origin, size: tree.size, root: tree.root(tree.size), genesis: tree.size ? hex(tree.levels[0][0]) : null});
		for (const [level, counts] of Object.entries({L1: {entries: tree.size, links: tree.size}, L2: {signatures: 0, seen_roots: this.seen, keys: directory.keys.size, appointments: directory.appointments.size}})) {
			for (const [what, number] of Object.entries(counts)) report.count(level, what, number);
		}
		const key = this.logKey();
		this.checkKept();
		await this.checkHead(key);
		await this.checkTiles();
		await this.checkLogCosigner();
		await this.checkWitnesses();
		await this.checkDocuments();
		this.reportSeen();
		this.remark();
	}
	fault(entry, code, ...rest) { this.report.fault(code, entry.index, ...rest, {level: code === "recorded-at" ? "L1" : "L2"}); }
	/** The partial tile, or the full one in its place. */
	find(level, number, width) {
		const paths = [tilePath(level, number, width), tilePath(level, number, 256)];
		return paths.find(this.files.has) ?? paths[0];
	}
	async read(level, number, width) {
		const path = this.find(level, number, width);
		return {path, bytes: this.files.has(path) ? await this.files.read(path) : null, isExact: path === tilePath(level, number, width)};
	}
	/** One pass in order. Signatures of up to four bundles are being checked while the next one is read. */
	async entries(size, extent) {
		const there = Math.min(size, extent), verified = [];
		if (there < size) {
			const number = Math.floor(there / 256), path = tilePath("entries", number, Math.min(256, size - number * 256));
			this.report.fault("bundle-missing", there, path, "", "—", {last: size - 1});
		}
		const load = first => {
			const width = Math.min(256, there - first);
			return width > 0 && Promise.all(["entries", 0].map(level => this.read(level, first / 256, width)));
		};
		let next = load(0);
		for (let first = 0; first < there; first += 256) {
			const [bundle, tile] = await next, width = Math.min(256, there - first);
			next = load(first + 256);
			const entries = this.bundleEntries(bundle, first, width), stored = this.storedLeaves(tile, first, width);
			for (let i = 0; i < width; i++) this.take(first + i, entries[i], stored[i]);
			verified.push(Promise.all(this.running.splice(0)));
			if (verified.length > 4) await verified.shift();
			this.progress((first + width) / there);
		}
		this.settle(null);
		await Promise.all(verified);
	}
	bundleEntries({path, bytes, isExact}, first, width) {
		if (!bytes) { this.report.fault("bundle-missing", first, path, "", "—", {last: first + width - 1}); return []; }
		const {entries, isWhole} = splitBundle(bytes);
		this.report.count("L1", "bundles");
		if (!isWhole || entries.length < width || (isExact && entries.length > width)) {
			this.report.fault("bundle", first + Math.min(entries.length, width - 1), path, width, entries.length);
		}
		return entries;
	}
	storedLeaves({path, bytes, isExact}, first, width) {
		if (!bytes) { this.report.fault("tile-missing", first, path, "", "—", {last: first + width - 1}); return []; }
		this.report.count("L1", "tiles");
		const whole = Math.floor(bytes.length / 32);
		if (whole < width || (isExact && bytes.length !== 32 * width)) this.report.fault("tile", first + Math.min(whole, width - 1), path, 32 * width, bytes.length);
		return Array.from({length: Math.min(whole, width)}, (_, i) => bytes.subarray(32 * i, 32 * i + 32));
	}
	take(at, bytes, stored = null) {
		const entry = bytes ? attempt(() => parseEntry(bytes), error => this.report.malformed(error, "entry-form", at, "entry")) : null;
		this.settle(entry?.index === at ? entry.previous : null);
		if (!entry) this.unread++;
		else {
			if (entry.index !== at) this.report.fault("index", at, "index", at, entry.index);
			entry.index = at;
			this.judge(entry);
		}
		this.pending = {at, stored, computed: entry?.leaf ?? (bytes ? leafHash(bytes) : null)};
	}
	/** Decides on the leaf before: its bytes, the stored hash and the next entry's link vote; the dissenter is the fault. */
	settle(claimed) {
		const none = "0".repeat(64);
		if (!this.pending) {
			if (claimed && claimed !== none) this.report.fault("previous", 0, "previous", none, claimed);
			return;
		}
		const {at, stored, computed} = this.pending;
		let leaf = computed ?? stored ?? unhex(claimed ?? none);
		if (computed && stored && !same(computed, stored)) {
			this.report.fault("leaf-hash", at, "tile/0", hex(stored), hex(computed));
			if (hex(computed) !== claimed) leaf = stored;
		}
		if (claimed && claimed !== hex(leaf)) this.report.fault("previous", at + 1, "previous", hex(leaf), claimed);
		this.tree.push(leaf);
	}
	judge(entry) {
		const {statement: s, recorded_at: recordedAt} = entry;
		this.origin ??= s.ledger;
		if (s.ledger !== this.origin) this.fault(entry, "ledger", "statement.ledger", this.origin, s.ledger);
		if (recordedAt < this.recordedAt) this.fault(entry, "recorded-at", "recorded_at", `≥ ${this.recordedAt}`, recordedAt);
		this.recordedAt = recordedAt;
		if (this.ids.has(s.id)) this.report.fault("statement-id", entry.index, "statement.id", "", s.id, {level: "L2", late: 0.5});
		this.ids.add(s.id);
		// Where one is no real day, the difference is not a number, and the statement counts as signed too late.
		if (s.signed_at.slice(0, 19) > recordedAt.slice(0, 19) && !(Date.parse(s.signed_at) - Date.parse(recordedAt) <= CLOCK_SKEW_MS)) {
			this.fault(entry, "signed-at", "statement.signed_at", `≤ ${recordedAt} + 300 s`, s.signed_at);
		}
		this.checkSeen(entry);
		this.checkAuthorship(entry);
		// No string holds a bare quote, so this is a member wherever it stands; `size` follows it, if it is there.
		for (const [, digest, size] of entry.text.matchAll(/"sha256":"([0-9a-f]{64})"(?:,"size":(\d{1,16}))?/g)) {
			if (!this.cited.has(digest)) this.cited.set(digest, {index: entry.index, sizes: new Set()});
			if (size) this.cited.get(digest).sizes.add(Number(size));
		}
	}
	checkAuthorship(entry) {
		let faults = 0;
		const fault = (...rest) => { faults++; this.fault(entry, ...rest); };
		if ((entry.index === 0) !== (entry.statement.type === "LedgerOpened")) this.fault(entry, "directory", "statement.type", "LedgerOpened: 0", entry.statement.type);
		this.running.push(checkSignatures(entry, this.directory.check(entry, fault), this.report));
		if (!faults) attempt(() => this.directory.apply(entry), error => this.report.malformed(error, "directory", entry.index, "statement", "L2"));
	}
	// Roots that signers saw (rule 7). What contradicts the tree shows between which sizes the log was altered.
	checkSeen({index, statement: {seen: {size, root}}}) {
		this.seen++;
		if (size > index) this.ahead.push([index, size]);
		else if (root === this.tree.root(size)) this.confirm(size);
		else this.contradictions.push({size, root, code: "seen", field: "statement.seen.root", signer: index});
	}
	confirm(size) {
		this.confirmed.add(size);
		this.largest = Math.max(this.largest, size);
	}
	reportSeen() {
		for (const [index, size] of this.ahead) this.report.fault("seen-ahead", index, "statement.seen.size", `≤ ${index}`, size, {level: "L2", late: 2});
		const order = this.contradictions.sort((a, b) => (a.signer === undefined) - (b.signer === undefined) || a.size - b.size);
		const sizes = [...this.confirmed].sort((a, b) => b - a);
		for (const one of order) this.reportContradiction(one, one.since ?? sizes.find(size => size < one.size) ?? 0);
	}
	reportContradiction({size, root, code, field, signer}, first) {
		const {report} = this, end = Math.max(size - 1, 0), known = report.firstFaulty(first, end), isSigner = signer !== undefined;
		// Whose own signature fails, or who stands alone against a later signer, contradicts nobody.
		const isAlone = isSigner && (report.firstFaulty(signer, signer) !== null || this.largest >= size);
		const [index, last] = isAlone ? [signer, signer] : known !== null ? [known, known] : [first, end];
		report.fault(code, index, isSigner && index !== signer ? `entry ${signer}: ${field}` : field, `${root} (${size})`, this.tree.root(size),
			{last, somewhere: true, late: 2, level: isSigner ? "L2" : "L1", note: `${first}–${end}`});
	}
	// Anchors
	logKey() {
		const {report, trust, directory} = this, said = directory.logKey;
		const own = said === undefined ? null : attempt(() => parseLogVkey(said), error => report.malformed(error, "directory", 0, "statement.body.log_key", "L2"));
		const key = trust.policy ? trust.policy.logs.get(this.origin) : own;
		if (trust.policy && key && own && own.text !== key.text) report.fault("log-key", 0, "statement.body.log_key", key.text, said);
		if (trust.genesis && trust.genesis !== report.facts.genesis) report.fault("genesis", 0, "leaf hash", trust.genesis, report.facts.genesis);
		if (!key) report.say("open", "no-log-key");
		report.facts.log_key = key?.text ?? null;
		return key;
	}
	checkKept() {
		const {trust: {kept}, tree, report} = this, where = "trust/checkpoint";
		if (!kept) return;
		if (kept.origin !== this.origin) report.fault("origin", null, where, kept.origin, this.origin);
		else if (kept.size > tree.size) report.fault("rollback", tree.size, where, kept.size, tree.size, {last: kept.size - 1});
		else if (tree.root(kept.size) === kept.root) this.confirm(kept.size);
		else this.contradictions.push({...kept, code: "fork", field: where, since: 0});
	}
	async checkHead(key) {
		const {checkpoint, report, tree} = this;
		report.count("L1", "checkpoints");
		if (!checkpoint) return;
		const total = report.total;
		if (key && checkpoint.origin !== key.name) report.fault("origin", null, "checkpoint", key.name, checkpoint.origin);
		else {
			try { if (key) await checkLogSignature(checkpoint, key); } catch (error) { report.malformed(error, "checkpoint", null, "checkpoint"); }
			for (const {key: witness} of this.trust.policy?.witnesses ?? []) await this.checkCosignatures(witness, () => {});
		}
		const {size, root} = checkpoint;
		if (size > tree.size) report.fault("size", tree.size, "checkpoint", tree.size, size, {last: size - 1});
		else if (tree.root(size) !== root && report.total === total) this.contradictions.push({size, root, code: "root", field: "checkpoint"});
	}
	/** A cosignature by a known key that fails is a fault wherever it stands. */
	async checkCosignatures(key, counted) {
		for (const line of linesOf(this.checkpoint, key)) {
			const answer = await isCosigned(this.checkpoint, key, line);
			if (answer === false) this.report.fault("checkpoint", null, "checkpoint", key.name, hex(line.data).slice(0, 128));
			else counted(answer);
		}
	}
	/** The log's own ML-DSA-44 key, if entry 0 names one: every checkpoint carries its cosignature. */
	async checkLogCosigner() {
		const {report, checkpoint, origin, directory: {logCosigner: said}, trust: {policy}} = this, field = "statement.body.log_cosigner";
		if (said === null || said === undefined) return;
		const key = attempt(() => parseVkey(String(said)), error => report.malformed(error, "directory", 0, field, "L2"));
		if (!key) return;
		if (key.type !== ML_DSA_44 || key.name !== origin) return report.fault("log-key", 0, field, origin, key.name);
		for (const {key: pinned} of policy?.witnesses ?? []) {
			if (pinned.name === origin && pinned.type === ML_DSA_44 && pinned.text !== key.text) report.fault("log-key", 0, field, pinned.id, key.id);
		}
		if (!checkpoint) return;
		if (!linesOf(checkpoint, key).length) report.fault("checkpoint", null, "checkpoint", key.name, "—");
		await this.checkCosignatures(key, answer => {
			if (answer) report.count("L1", "cosignatures"); else report.say("not_checked", "unsupported", {names: key.name});
		});
	}
	async checkWitnesses() {
		const {trust: {policy}, checkpoint, report, tree} = this;
		if (!policy) return;
		if (policy.quorum.none) report.say("notes", "no-witnesses");
		let judged = null;
		try { judged = checkpoint && await judgeNote(checkpoint, policy); } catch (error) {
			if (!(error instanceof Malformed)) throw error; // a fault already
		}
		if (judged) reportWitnesses(judged, policy, report);
		else if (!policy.quorum.none) report.say("open", "no-quorum", {names: "—"});
		if (judged?.isMet && !policy.quorum.none && judged.size && judged.size < tree.size) {
			report.say("open", "witnessed-to", {size: judged.size, total: tree.size});
		}
	}
	// Files
	async checkTiles() {
		const {tree, report, files} = this, read = new Set(), count = level => Math.floor(tree.size / 256 ** level);
		const size = (this.checkpoint?.size ?? tree.size) <= tree.size ? this.checkpoint?.size ?? tree.size : 0;
		for (let level = 0, left = size; left; level++, left = Math.floor(left / 256)) for (let number = 0; number * 256 < left; number++) {
			const width = Math.min(256, left - number * 256);
			for (const kind of level ? [level] : [0, "entries"]) {
				read.add(this.find(kind, number, width));
				if (level) this.checkTile(await this.read(kind, number, width), level, number, width);
			}
		}
		let beyond = 0;
		for (const {path, level, number, width} of this.tiles.filter(tile => !read.has(tile.path))) {
			const covered = Math.max(0, Math.min(width, count(level === "entries" ? 0 : level) - number * 256));
			if (covered < width) beyond++;
			if (covered) this.checkTile({path, bytes: await files.read(path)}, level, number, width, covered);
		}
		if (beyond) report.say("notes", "beyond-checkpoint", {count: beyond});
		const others = files.names.filter(name => name.startsWith("tile/") && !parseTilePath(name));
		if (others.length) report.say("notes", "other-files", {count: others.length, first: others[0]});
	}
	/** Holds a tile, or the leaf hashes of an entry bundle, to the tree. */
	checkTile({path, bytes}, level, number, width, covered = width) {
		const isBundle = level === "entries", span = isBundle ? 1 : 256 ** level, first = number * 256 * span, {report, tree} = this;
		if (!bytes) return report.fault("tile-missing", first, path, "", "—", {last: first + covered * span - 1});
		report.count("L1", isBundle ? "bundles" : "tiles");
		const {entries, isWhole} = isBundle ? splitBundle(bytes) : {entries: [], isWhole: bytes.length === 32 * (path.includes(".p/") ? width : 256)};
		for (let i = 0; i < covered; i++) {
			const found = isBundle ? entries[i] && leafHash(entries[i]) : bytes.subarray(32 * i, 32 * i + 32);
			const expected = tree.levels[isBundle ? 0 : 8 * level][number * 256 + i];
			if (found && same(found, expected)) continue;
			return report.fault(isBundle ? "bundle" : "tile", first + i * span, `${path}: ${i}`, hex(expected), hex(found ?? []), {last: first + (i + 1) * span - 1});
		}
		const at = first + (covered - 1) * span;
		if (!isWhole || (isBundle && entries.length < covered)) report.fault(isBundle ? "bundle" : "tile", at, path, width, bytes.length, {last: at + span - 1});
	}
	async checkDocuments() {
		const {files, report, cited} = this, there = new Set();
		for (const path of files.names) {
			const name = path.replace("documents/", ""), known = cited.get(name);
			if (!path.startsWith("documents/") || !isHash(name)) continue;
			const bytes = await files.read(path), digest = hex(new Uint8Array(await subtle.digest("SHA-256", bytes)));
			there.add(name);
			report.count("L1", "documents");
			if (digest !== name) report.fault("document", known?.index ?? null, path, name, digest);
			else if (known && [...known.sizes].some(size => size !== bytes.length)) report.fault("document-size", known.index, path, [...known.sizes], bytes.length);
		}
		const absent = [...cited].filter(([name]) => !there.has(name)), lost = absent.filter(([, {sizes}]) => sizes.size);
		const [first] = lost.sort(([a, x], [b, y]) => x.index - y.index || (a < b ? -1 : 1));
		if (first) report.say("open", "documents-missing", {count: lost.length, first: first[0], index: first[1].index});
		if (absent.length > lost.length) report.say("not_checked", "evidence-elsewhere", {count: absent.length - lost.length});
	}
	remark() {
		const {report, directory, unread, largest, tree} = this;
		if (unread) report.say("not_checked", "entries-unread", {count: unread});
		if (directory.zone !== undefined && !directory.calendar) report.say("open", "no-time-zone", {zone: directory.zone});
		if (largest < tree.size) report.say("notes", "tail", {start: largest});
		for (const {code, index} of [...directory.suspects.values()].sort((a, b) => a.index - b.index)) report.say("notes", code, {index});
	}
}
