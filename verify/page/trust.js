// Trust: what the reader brings from elsewhere, never what the bundle holds.
async function readTrust({policy, genesis, checkpoint}) {
	const trust = {policy: null, genesis: null, kept: null};
	try {
		if (policy) trust.policy = parsePolicy(policy);
		if (genesis) trust.genesis = decode(genesis)?.replace(/\s+$/, "");
		must(!genesis || isHash(trust.genesis), "genesis");
		if (checkpoint && trust.policy) await judgeNote(trust.kept = parseCheckpoint(checkpoint), trust.policy);
	} catch (error) {
		if (error instanceof Malformed) throw new Unreadable("trust", `${error.code} ${error.found}`);
		throw error;
	}
	return trust;
}

/** Holds a checkpoint to a policy: names of the witnesses that cosigned, those that could not be tried. */
async function judgeNote(checkpoint, policy) {
	const log = policy.logs.get(checkpoint.origin), cosigned = new Set(), unsupported = [];
	must(log, "origin", "", [...policy.logs.keys()], checkpoint.origin);
	await checkLogSignature(checkpoint, log);
	for (const {name, key} of policy.witnesses) for (const line of linesOf(checkpoint, key)) {
		const answer = await isCosigned(checkpoint, key, line);
		must(answer !== false, "cosignature", "", key.name, hex(line.data).slice(0, 128));
		if (answer) cosigned.add(name); else unsupported.push(name);
	}
	const named = new Map(policy.witnesses.filter(({name, key}) => cosigned.has(name) && key.name !== checkpoint.origin).reverse().map(({name, key}) => [key.name, name]));
	const cosigners = policy.witnesses.map(({name}) => name).filter(name => [...named.values()].includes(name));
	return {log, cosigned, cosigners, unsupported, size: checkpoint.size, isMet: policy.quorum.isMet(cosigned)};
}

/** Says what a policy's witnesses did. */
function reportWitnesses({cosigned, cosigners, unsupported, size, isMet}, policy, report) {
	report.count("L1", "cosignatures", cosigned.size);
	if (unsupported.length) report.say("not_checked", "unsupported", {names: unsupported.join(", ")});
	if (policy.quorum.none) return;
	if (!isMet || size === 0) report.say("open", "no-quorum", {names: [...cosigned].sort().join(", ") || "—"});
	else report.say("notes", "witnessed", {size, names: cosigners.join(", ") || "—"});
}

function reportTrust(trust, report) {
	report.facts.anchored = Boolean(trust.policy && trust.genesis);
	if (!trust.policy) report.say("open", "no-trust");
	else if (!trust.genesis) report.say("open", "no-genesis-pin");
	report.say("not_checked", "law");
	report.say("not_checked", "time");
}
