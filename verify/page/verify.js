/** A report on what the page gives: the file and its name, the bytes of what is trusted, and another copy, if there is one. */
async function verify({blob, name, given, against}, progress) {
	const source = {kind: null, location: name};
	try {
		await selfTest();
		await readTrust(given);
		const {kind, bytes} = await sniff(blob, name);
		source.kind = kind;
		if (kind === "zip") {
			await auditBundle(await openZip(blob), progress);
			await describe(against);
		} else await (kind === "receipt" ? auditReceipt : auditEntry)(bytes.subarray(0, kind === "receipt" ? MAX_RECEIPT + 1 : MAX_TEXT), name);
		reportTrust();
		return endReport(source);
	} catch (error) {
		return endReport(source, {code: error instanceof Unreadable ? error.code : "internal", detail: error.detail ?? String(error), act: error.act ?? null});
	}
}

/** Another copy of an entry, as a bundle has it: the bytes in every bundle of that number. */
async function copiesOf(files, index) {
	const copies = [];
	for (const {path, level, number} of files.names.map(parseTilePath).filter(Boolean)) {
		if (level !== "entries" || number !== floor(index / 256)) continue;
		const entry = splitBundle(await files.read(path)).entries[index % 256];
		if (entry) copies.push(entry);
	}
	return copies;
}

/** What the first entries say at which something is wrong, and what another copy at hand has there. */
async function describe(against) {
	const indexes = [...new Set(faults.filter(one => one.index !== null && !one.somewhere).map(one => one.index))].sort((a, b) => a - b).slice(0, 12);
	if (!indexes.length) return;
	const kept = remarks.notes.length, others = against?.origin === facts.origin ? await openZip(against.blob).catch(() => null) : null;
	remarks.notes.length = kept;
	for (const index of indexes) {
		const own = await copiesOf(files, index).catch(() => []), more = others ? await copiesOf(others, index).catch(() => []) : [];
		const [there] = own, copies = [...own, ...more].filter(bytes => !same(bytes, there ?? []));
		const recorded = faults.find(one => one.code === "leaf-hash" && one.index === index)?.expected;
		const signed = copies.find(bytes => hex(leafHash(bytes)) === recorded);
		facts.altered.push({index, entry: anyObject(there), other: anyObject(signed ?? copies[0]), is_signed: Boolean(signed)});
	}
}

function anyObject(bytes) {
	try {
		const value = JSON.parse(fileText(bytes) ?? "");
		return isObject(value) ? value : null;
	} catch { return null; }
}
