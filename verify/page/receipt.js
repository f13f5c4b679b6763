// A receipt, and an entry by itself
const RECEIPT = "c2sp.org/tlog-proof@v1";

async function checkSignatures(entry, keys) {
	await Promise.all(keys.map(async (key, i) => {
		const signature = entry.signatures[i];
		count("L2", "signatures");
		if (await isStatementSigned(key, signature, pae(entry))) return;
		fault("signature", entry.index, `signatures[${i}].sig`, `${key.id} (${key.scheme})`, hex(base64(signature.sig)), {level: "L2", late: 1});
	}));
}

/** Checks what one entry shows by itself: its form; the founders' signatures; the leaf hash. */
async function auditAlone(bytes, proven, where) {
	count("L1", "entries");
	const entry = parsed(() => parseEntry(bytes), "entry-form", proven, where), at = proven ?? entry?.index ?? null;
	unchecked("receipt-authorship", {index: at});
	if (!entry) return null;
	const {index, leaf, recorded_at, statement} = entry, {ledger, type, actor, stream, occurred_on, signed_at} = statement;
	facts.entry = {index, leaf_hash: hex(leaf), type, actor, stream, occurred_on, signed_at, recorded_at};
	facts.act = {index, entry: anyObject(bytes), other: null, is_signed: false};
	facts.origin = ledger;
	if (at !== index) fault("index", at, "receipt.index", index, at);
	if (at === 0) await checkSignatures(entry, checkAuthority(entry));
	return entry;
}

function checkGenesis() {
	const {genesis} = facts;
	if (trust.genesis && genesis && genesis !== trust.genesis) fault("genesis", 0, "leaf hash", trust.genesis, genesis);
}

async function auditEntry(bytes, name) {
	try { bytes = asWritten(bytes, parseEntry, "entry"); } catch (error) {
		if (error instanceof Unreadable && !seemsEntry(bytes)) {
			const code = kindOf(bytes), value = anyObject(bytes), act = {"signed-statement": value, "unsigned-statement": {statement: value}}[code];
			throw Object.assign(new Unreadable(code, name), {act});
		}
		throw error;
	}
	checkLedger([ledgerOf(bytes)]);
	const entry = await auditAlone(bytes, null, "entry");
	if (!entry.index) facts.genesis = hex(entry.leaf);
	checkGenesis();
	remark("open", "entry-alone");
}

function parseReceipt(bytes) {
	const cut = bytes.findIndex((byte, i) => byte === 10 && bytes[i + 1] === 10), head = bytes.subarray(0, Math.max(cut, 0));
	const lines = (decode(head) ?? "").split("\n"), start = lines.shift();
	must(bytes.length <= MAX_RECEIPT, "too-large", "receipt");
	must(cut > 0 && start === RECEIPT, "receipt", "receipt", RECEIPT, start);
	const extra = lines[0]?.startsWith("extra ") ? base64(lines.shift().slice(6)) : undefined;
	must(extra !== null, "base64", "receipt.extra");
	const index = lines[0]?.startsWith("index ") ? decimal(lines.shift().slice(6)) : null, hashes = lines.map(base64);
	must(index !== null, "receipt", "receipt.index");
	must(hashes.length <= 63 && hashes.every(hash => hash?.length === 32), "receipt", "receipt.proof");
	return {index, extra, hashes, note: bytes.subarray(cut + 2)};
}

/** The proof with its checkpoint, whose form tells whether the file came to its end. */
function parseWhole(bytes) { parseCheckpoint(parseReceipt(bytes).note); }

async function auditReceipt(bytes) {
	try { bytes = asWritten(bytes, parseWhole, "receipt", RECEIPT); } catch (error) {
		if (!(error instanceof Unreadable)) throw error;
		return remark("open", "receipt-form", {reason: error.code});
	}
	const {index, extra, hashes, note} = parseReceipt(bytes);
	checkLedger([parseCheckpoint(note).origin, ledgerOf(extra)]);
	const {kept} = trust;
	if (!extra) return remark("open", "receipt-no-entry", {index});
	const leaf = leafHash(extra);
	if (index === 0) facts.genesis = hex(leaf);
	const entry = await auditAlone(extra, index, "receipt.extra"), checkpoint = await openReceiptCheckpoint(note, entry);
	if (!checkpoint) return;
	const {origin, size, root} = checkpoint, proven = provenRoot(leaf, index, size, hashes);
	Object.assign(facts, {size, root});
	count("L1", "inclusion_proofs");
	if (entry && entry.statement.ledger !== origin) fault("ledger", index, "statement.ledger", origin, entry.statement.ledger);
	if (proven !== root) fault("inclusion", index, "receipt.proof", root, proven ?? "—");
	checkGenesis();
	if (kept?.origin === origin && kept.size === size && kept.root !== root) fault("fork", null, "trust/checkpoint", kept.root, root);
	else if (kept && kept.size !== size) unchecked("receipt-consistency", {size: kept.size});
}

async function openReceiptCheckpoint(note, entry) {
	const own = facts.genesis ? entry?.statement.body.log_key : null, {policy} = trust;
	if (!policy && !isText(own)) remark("open", "no-log-key");
	try {
		const checkpoint = parseCheckpoint(note);
		if (policy) {
			const judged = await judgeNote(checkpoint);
			facts.log_key = judged.log.text;
			reportWitnesses(judged);
			if (policy.quorum.none) remark("notes", "no-witnesses");
		} else if (isText(own)) {
			facts.log_key = own;
			must(parseLogVkey(own).name === checkpoint.origin, "origin", "", own, checkpoint.origin);
			await checkLogSignature(checkpoint, [parseLogVkey(own)]);
		}
		if (facts.log_key) count("L1", "checkpoints");
		return checkpoint;
	} catch (error) {
		malformed(error, "checkpoint", null, "receipt.checkpoint");
		return error.code === "other-log-key" ? parseCheckpoint(note) : null;
	}
}
