/** A report on what the page gives: the file, its kind and name, and the bytes of what is trusted. */
async function verify({blob, kind, name, trust}, progress) {
	const report = new Report({kind, location: name});
	try {
		await selfTest();
		const given = await readTrust(trust);
		if (kind === "zip") await new Audit(await openZip(blob), given, report, progress).run();
		else {
			const bytes = new Uint8Array(await blob.slice(0, MAX_RECEIPT + 1).arrayBuffer());
			await (kind === "receipt" ? auditReceipt : auditEntry)(bytes, given, report);
		}
		reportTrust(given, report);
		return report.end();
	} catch (error) {
		return report.end({code: error instanceof Unreadable ? error.code : "internal", detail: error.detail ?? String(error)});
	}
}
