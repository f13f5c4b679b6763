// What the way does to a file: line ends, byte-order marks, mail, a page in its place. It is undone in memory, and said.
const PAGE_START = /^[\t-\r ]*<(?:!doctype|html|\?xml|head|body)/i;
const latin1 = bytes => Array.from(bytes, byte => String.fromCharCode(byte)).join(""), fromLatin1 = text => Uint8Array.from(text, one => one.charCodeAt(0));
const lineEnds = bytes => bytes.includes(13) ? fromLatin1(latin1(bytes).replaceAll("\r\n", "\n")) : bytes;
const isHtml = bytes => PAGE_START.test(latin1(bytes.subarray(0, 999)).replace(/^\xef\xbb\xbf/, ""));
const isPage = bytes => bytes.length > 0 && (isHtml(bytes) || !/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(decode(bytes) ?? "\0") && !isFramed(bytes));

/** Whether lengths lead from entry to entry to the end: both bytes of a length can be characters too. */
function isFramed(bytes) {
	let at = 0;
	while (bytes[at + 2] === 123) at += 2 + bytes[at] * 256 + bytes[at + 1];
	return at === bytes.length;
}

/** A binary file as it was before the way changed it, if that makes it whole; and what is amiss. */
async function asSent(bytes, seenIn) {
	const seen = seenIn(bytes);
	for (const one of seen ? await restored(bytes) : []) if (seenIn(one) === null) return [one, "changed"];
	return seen && decode(bytes)?.includes("\ufffd") ? [new Uint8Array(), "replaced"] : [bytes, seen];
}

/** What a file may have been: before other line ends, a mark, gzip, or Latin-1 that was written as UTF-8. */
async function restored(bytes) {
	const bare = latin1(bytes.subarray(0, 3)) === "\xef\xbb\xbf" ? bytes.subarray(3) : bytes, text = decode(bytes), parts = [];
	let size = 0;
	try {
		for await (const part of new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))) if (parts.push(part), (size += part.length) > 2 ** 25) break;
	} catch {}
	return [lineEnds(bytes), lineEnds(bare), bare, new Uint8Array(await new Blob(parts).arrayBuffer()), ...text === null || /[^\0-\xff]/.test(text) ? [] : [fromLatin1(text)]];
}

/** A file whose room was made before its bytes came ends in zeros; neither a hash nor an entry does. */
const endsInZeros = bytes => bytes.length > 31 && !bytes.subarray(-32).some(byte => byte);
const arrived = bytes => endsInZeros(bytes) ? bytes.subarray(0, bytes.findLastIndex(byte => byte) + 1) : bytes;

function unquote(text) {
	const lines = text.split("\n");
	return lines.every(line => !/[^\t-\r ]/.test(line) || line[0] === ">") ? lines.map(line => line.replace(/^> ?/, "")).join("\n") : text;
}

function inside(text, header) {
	const lines = text.slice(Math.max(0, text.indexOf(header))).split("\n"), last = lines.findLastIndex(line => line.startsWith("\xe2\x80\x94 "));
	return lines.slice(0, (last < 0 ? lines.length - 1 : last) + 1).join("\n") + "\n";
}

function fromUtf16(text) {
	const form = {"\xff\xfe": "utf-16le", "\xfe\xff": "utf-16be"}[text.slice(0, 2)];
	try { return form ? latin1(utf8(new TextDecoder(form, {fatal: true}).decode(fromLatin1(text)))) : text; } catch { return text; }
}

const hexPair = (_, pair) => String.fromCharCode(parseInt(pair, 16));
const trim = text => text.replaceAll("\xc2\xa0", " ").replace(/^[\t-\r ]+|[\t-\r ]+$/g, "").split("\n").map(line => line.replace(/^[ \t\r]+|[ \t\r]+$/g, "")).join("\n") + "\n";

// A part of a mail in base64: its headers, an empty line, lines of that alphabet.
const MAIL_PART = /^content-transfer-encoding:[ \t]*base64[^\n]*\n(?:[^\n]+\n)*\n((?:[A-Za-z0-9+/=]{1,1000}\n)+)/gim;
const CHARACTERS = {amp: "&", lt: "<", gt: ">", quot: '"', mdash: "\xe2\x80\x94", nbsp: " "};

function fromBase64(text, header) {
	if (!header || text.includes(header)) return text;
	for (const [, part] of text.matchAll(MAIL_PART)) {
		try {
			const inner = atob(part.replaceAll("\n", ""));
			if (inner.includes(header)) return inner.replaceAll("\r\n", "\n");
		} catch {}
	}
	return text;
}

function fromHtml(text) {
	if (!isHtml(fromLatin1(text.slice(0, 999)))) return text;
	return text.replace(/<(?:br|\/p|\/div|\/tr|\/li)\b[^>]*>/gi, "\n").replace(/<[^>]*>/g, "")
		.replace(/&(?:#(\d{1,6})|#[xX]([0-9A-Fa-f]{1,6})|(\w{2,6}));/g, (whole, decimal, hexadecimal, name) => {
			if (name) return Object.hasOwn(CHARACTERS, name) ? CHARACTERS[name] : whole;
			const number = decimal ? +decimal : parseInt(hexadecimal, 16);
			return number < 0x110000 && !(number >= 0xd800 && number < 0xe000) ? latin1(utf8(String.fromCodePoint(number))) : whole;
		});
}

const sorted = value => Array.isArray(value) ? value.map(sorted) : isObject(value) ? Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key])])) : value;

/** JSON that a program indented or sorted otherwise, in its one form again. */
function writtenAgain(text) {
	try {
		const value = sorted(JSON.parse(fileText(fromLatin1(text)) ?? ""));
		checkProfile(value, false);
		return latin1(utf8(JSON.stringify(value)));
	} catch { return text; }
}

const STEPS = [
	["UTF-16", fromUtf16],
	["BOM", text => text.replace(/^\xef\xbb\xbf/, "")], ["CRLF", text => text.replaceAll("\r\n", "\n")],
	["base64", fromBase64],
	["quoted-printable", text => text.includes("=E2=80=94") ? text.replace(/=\n/g, "").replace(/=([0-9A-F]{2})/g, hexPair) : text],
	[">", unquote], ["HTML", fromHtml], ["JSON", writtenAgain], ["space", trim], ["text around it", inside],
];

/** What was undone, and the bytes without it; null where that gives no form either. */
function undone(bytes, parse, header = "") {
	const done = [];
	let text = latin1(bytes);
	for (const [what, step] of STEPS) {
		const changed = step(text, header);
		if (changed === text) continue;
		text = changed;
		done.push(what);
		try {
			parse(fromLatin1(text));
			return {done: done.join(", "), bytes: fromLatin1(text)};
		} catch (caught) { if (!(caught instanceof Malformed)) throw caught; }
	}
	return null;
}

/** A text that has its form, with what the way did to it undone, and said; unreadable where nothing gives the form. */
function asWritten(bytes, parse, where, header = "") {
	let error;
	try { must(latin1(bytes.subarray(0, 3)) !== "\xef\xbb\xbf", "mark"); parse(bytes); return bytes; } catch (caught) { if (!(caught instanceof Malformed)) throw caught; error = caught; }
	const restored = undone(bytes, parse, header);
	if (restored) {
		lack("changed", `${where} (${restored.done})`);
		return restored.bytes;
	}
	throw new Unreadable(!bytes.some(byte => ![0, 10, 13, 32].includes(byte)) ? "short" : isHtml(bytes) ? "replaced" : "form", `${where} ${error.code} ${error.found}`);
}
