/** A report on what the page gives: the file, its kind and name, and the bytes of what is trusted. */
async function verify({blob, kind, name, given}, progress) {
	const source = {kind, location: name};
	try {
		await selfTest();
		await readTrust(given);
		const head = new Uint8Array(await blob.slice(0, 999).arrayBuffer());
		if (kind === "zip") need(latin1(head).startsWith("PK"), !head.length ? "short" : isHtml(head) ? "replaced" : "source", name);
		if (kind === "zip") await auditBundle(await openZip(blob), progress);
		else {
			const bytes = new Uint8Array(await blob.slice(0, MAX_RECEIPT + 1).arrayBuffer());
			await (kind === "receipt" ? auditReceipt : auditEntry)(bytes);
		}
		reportTrust();
		return endReport(source);
	} catch (error) {
		return endReport(source, {code: error instanceof Unreadable ? error.code : "internal", detail: error.detail ?? String(error)});
	}
}
