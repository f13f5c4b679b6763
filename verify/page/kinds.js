// What a file seems to be that is no receipt, ledger or entry: as verify/sources/foreign_file.py, with the tables of verify/report/kinds.py.
const MAX_TEXT = 4e6, rulesOf = table => table.trim().split("\n").map(line => line.trim().split(/\s+/));
const MAGIC = rulesOf(`
@MAGIC
`), OBJECTS = rulesOf(`
@OBJECTS
`), PACKED = rulesOf(`
@PACKED
`);
const MAIL = /^(From |(From|To|Date|Subject|Received|Return-Path|Delivered-To|MIME-Version|Message-ID|X-[\w-]+): )/;
const TEXTS = [["genesis-file", /^[0-9a-f]{64}$/], ["key-file", /^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$/]];

/** What a zip seems to be by the names in its directory; where it has none, by its first and last bytes. */
async function zipKind(blob) {
	const part = async (start, end) => latin1(new Uint8Array(await blob.slice(Math.max(0, start), end).arrayBuffer()));
	const end = await view(blob, Math.max(0, blob.size - 22), blob.size), isEnd = end.byteLength === 22 && end.getUint32(0, true) === 0x06054b50;
	const [length, start] = isEnd ? longs(end, 12, 16) : [];
	const names = isEnd && start + length === blob.size - 22 ? await part(start, start + Math.min(length, 1e6)) : await part(0, 1e6) + await part(blob.size - 1e6, blob.size);
	return PACKED.find(([, name]) => names.includes(name))?.[0] ?? "zip-other";
}

/** UTF-8, or UTF-16 by its mark, without the mark; null if it is neither. */
function fileText(bytes) {
	return decode(fromLatin1(fromUtf16(latin1(bytes))))?.replace(/^\ufeff/, "") ?? null;
}

function kindOf(bytes) {
	if (bytes.every(byte => [0, 9, 10, 13, 32].includes(byte))) return "empty";
	for (const [kind, at, mark] of MAGIC) if (same(bytes.subarray(+at, +at + mark.length / 2), unhex(mark))) return kind === "database" && latin1(bytes.subarray(0, 65536)).includes("stored_events") ? "store-file" : kind;
	const text = fileText(bytes);
	return text === null || /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text) ? "unknown" : textKind(text, bytes);
}

function textKind(text, bytes) {
	const start = text.slice(0, 200), bare = text.trim();
	if (start.includes("-----BEGIN")) return start.includes("PRIVATE KEY") ? "private-key" : "certificate";
	if (isHtml(bytes)) return "page";
	if (text.slice(0, 4096).includes("constancia/contradiction@v1")) return "contradiction-file";
	try {
		const value = JSON.parse(text);
		return isObject(value) ? OBJECTS.find(([, ...members]) => members.every(name => name in value))?.[0] ?? "json" : "json";
	} catch {}
	if (MAIL.test(text.trimStart())) return "mail";
	if (/^[^\n]+\n\d{1,20}\n[A-Za-z0-9+/]{43}=\n/.test(text.replaceAll("\r\n", "\n"))) return "checkpoint-file";
	return TEXTS.find(([, form]) => form.test(bare))?.[0] ?? (/^(log|witness|group|quorum)[ \t]/m.test(text) ? "policy-file" : "text");
}

/** Does a text name all members of an entry? Then it is one that was damaged, and no other file. */
function seemsEntry(bytes) {
	const bare = latin1(bytes).replace(/\0/g, "");
	return Object.keys(ENTRY).every(name => name === "v" || bare.includes(`"${name}"`));
}

/** The kind of what is to be verified, by its first bytes or by the receipt in it; what is none of it is refused by its kind. */
async function sniff(blob, name) {
	const head = new Uint8Array(await blob.slice(0, 4096).arrayBuffer());
	if (latin1(head).startsWith("PK")) {
		const kind = await zipKind(blob);
		need(kind === "ours", kind, name);
		return {kind: "zip"};
	}
	const bytes = new Uint8Array(await blob.slice(0, MAX_TEXT).arrayBuffer());
	const claims = latin1(head).replace(/\0/g, "").replaceAll("=40", "@").includes(RECEIPT);
	if (claims && !isHtml(head)) return {kind: "receipt", bytes};
	if (/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff\0)?\{/.test(latin1(head))) return {kind: "entry", bytes};
	need(undone(bytes, parseWhole, RECEIPT), kindOf(bytes), name);
	return {kind: "receipt", bytes};
}
