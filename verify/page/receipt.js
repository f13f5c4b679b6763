// A receipt, and an entry by itself
function describe({index, leaf, recorded_at, statement: {type, actor, stream, occurred_on, signed_at}}, report) {
	report.entry = {index, leaf_hash: hex(leaf), type, actor, stream, occurred_on, signed_at, recorded_at};
}

async function checkSignatures(entry, keys, report) {
	await Promise.all(keys.map(async (key, i) => {
		const signature = entry.signatures[i];
		report.count("L2", "signatures");
		if (await isStatementSigned(key, signature, pae(entry))) return;
		report.fault("signature", entry.index, `signatures[${i}].sig`, `${key.id} (${key.scheme})`, hex(base64(signature.sig)), {level: "L2", late: 1});
	}));
}

/** Checks what one entry shows by itself: its form; the founders' signatures; the leaf hash. */
async function auditAlone(bytes, index, where, trust, report) {
	report.count("L1", "entries");
	const entry = attempt(() => parseEntry(bytes), error => report.malformed(error, "entry-form", index, where));
	report.say("not_checked", "receipt-authorship", {index: index ?? entry?.index ?? null});
	if (!entry) return null;
	describe(entry, report);
	report.facts.origin = entry.statement.ledger;
	if (index !== null && index !== entry.index) report.fault("index", index, "receipt.index", entry.index, index);
	if ((index ?? entry.index) === 0) {
		const keys = new Directory().check(entry, (code, ...rest) => report.fault(code, 0, ...rest, {level: "L2"}));
		await checkSignatures(entry, keys, report);
	}
	return entry;
}

function checkGenesis(trust, report) {
	const {genesis} = report.facts;
	if (trust.genesis && genesis && genesis !== trust.genesis) report.fault("genesis", 0, "leaf hash", trust.genesis, genesis);
}

async function auditEntry(bytes, trust, report) {
	const entry = await auditAlone(bytes, null, "entry", trust, report);
	if (entry?.index === 0) report.facts.genesis = hex(entry.leaf);
	checkGenesis(trust, report);
	report.say("open", "entry-alone");
}

function parseReceipt(bytes) {
	const cut = bytes.findIndex((byte, i) => byte === 10 && bytes[i + 1] === 10), head = bytes.subarray(0, Math.max(cut, 0));
	const lines = (decode(head) ?? "").split("\n"), start = lines.shift();
	must(bytes.length <= MAX_RECEIPT, "too-large", "receipt");
	must(cut > 0 && start === "c2sp.org/tlog-proof@v1", "receipt", "receipt", "c2sp.org/tlog-proof@v1", start);
	const extra = lines[0]?.startsWith("extra ") ? base64(lines.shift().slice(6)) : undefined;
	must(extra !== null, "base64", "receipt.extra");
	const index = lines[0]?.startsWith("index ") ? decimal(lines.shift().slice(6)) : null, hashes = lines.map(base64);
	must(index !== null, "receipt", "receipt.index");
	must(hashes.length <= MAX_HASHES && hashes.every(hash => hash?.length === 32), "receipt", "receipt.proof");
	return {index, extra, hashes, note: bytes.subarray(cut + 2)};
}

async function auditReceipt(bytes, trust, report) {
	const proof = attempt(() => parseReceipt(bytes), error => report.malformed(error, "receipt", null, "receipt"));
	if (!proof) return;
	const {index, extra, hashes, note} = proof;
	if (!extra) return report.fault("receipt", index, "receipt.extra", "extra", "—");
	const leaf = leafHash(extra);
	if (index === 0) report.facts.genesis = hex(leaf);
	const entry = await auditAlone(extra, index, "receipt.extra", trust, report);
	const checkpoint = await openReceiptCheckpoint(note, entry, trust, report);
	if (!checkpoint) return;
	const {origin, size, root} = checkpoint, proven = provenRoot(leaf, index, size, hashes);
	Object.assign(report.facts, {size, root});
	report.count("L1", "inclusion_proofs");
	if (entry && entry.statement.ledger !== origin) report.fault("ledger", index, "statement.ledger", origin, entry.statement.ledger);
	if (proven !== root) report.fault("inclusion", index, "receipt.proof", root, proven ?? "—");
	checkGenesis(trust, report);
	const {kept} = trust;
	if (kept?.origin === origin && kept.size === size && kept.root !== root) report.fault("fork", null, "trust/checkpoint", kept.root, root);
	else if (kept && kept.size !== size) report.say("not_checked", "receipt-consistency", {size: kept.size});
}

async function openReceiptCheckpoint(note, entry, trust, report) {
	const own = report.facts.genesis ? entry?.statement.body.log_key : null;
	if (!trust.policy && !isText(own)) report.say("open", "no-log-key");
	try {
		const checkpoint = parseCheckpoint(note);
		if (trust.policy) {
			const judged = await judgeNote(checkpoint, trust.policy);
			report.facts.log_key = judged.log.text;
			reportWitnesses(judged, trust.policy, report);
			if (trust.policy.quorum.none) report.say("notes", "no-witnesses");
		} else if (isText(own)) {
			report.facts.log_key = own;
			must(parseLogVkey(own).name === checkpoint.origin, "origin", "", own, checkpoint.origin);
			await checkLogSignature(checkpoint, parseLogVkey(own));
		}
		if (report.facts.log_key) report.count("L1", "checkpoints");
		return checkpoint;
	} catch (error) {
		if (!(error instanceof Malformed)) throw error;
		report.malformed(error, "checkpoint", null, "receipt.checkpoint");
		return null;
	}
}
