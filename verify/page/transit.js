// What the way does to a file: line ends, byte-order marks, mail, a page in its place. It is undone in memory, and said.
const PAGE_START = /^[\t-\r ]*<(?:!doctype|html|\?xml|head|body)/i;
const latin1 = bytes => Array.from(bytes, byte => String.fromCharCode(byte)).join(""), fromLatin1 = text => Uint8Array.from(text, one => one.charCodeAt(0));
const lineEnds = bytes => bytes.includes(13) ? fromLatin1(latin1(bytes).replaceAll("\r\n", "\n")) : bytes;
const isHtml = bytes => PAGE_START.test(latin1(bytes.subarray(0, 999)).replace(/^\xef\xbb\xbf/, ""));
const isPage = bytes => bytes.length > 0 && (isHtml(bytes) || !/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(decode(bytes) ?? "\0"));

/** A binary file as it was before its line ends were changed, if that makes it whole; and what is amiss. */
function asSent(bytes, seenIn) {
	const seen = seenIn(bytes);
	return seen && seenIn(lineEnds(bytes)) === null ? [lineEnds(bytes), "changed"] : [bytes, seen];
}

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
const STEPS = [
	["UTF-16", fromUtf16],
	["BOM", text => text.replace(/^\xef\xbb\xbf/, "")], ["CRLF", text => text.replaceAll("\r\n", "\n")],
	["quoted-printable", text => text.includes("=E2=80=94") ? text.replace(/=\n/g, "").replace(/=([0-9A-F]{2})/g, hexPair) : text],
	[">", unquote], ["space", trim], ["text around it", inside],
];

/** A text that has its form, with what the way did to it undone, and said; unreadable where nothing gives the form. */
function asWritten(bytes, parse, where, header = "") {
	let error, text = latin1(bytes);
	try { must(text.slice(0, 3) !== "\xef\xbb\xbf", "mark"); parse(bytes); return bytes; } catch (caught) { if (!(caught instanceof Malformed)) throw caught; error = caught; }
	const done = [];
	for (const [what, step] of STEPS) {
		const changed = step(text, header);
		if (changed === text) continue;
		text = changed;
		done.push(what);
		try {
			parse(fromLatin1(text));
			lack("changed", `${where} (${done.join(", ")})`);
			return fromLatin1(text);
		} catch (caught) { if (!(caught instanceof Malformed)) throw caught; }
	}
	throw new Unreadable(!bytes.some(byte => ![0, 10, 13, 32].includes(byte)) ? "short" : isHtml(bytes) ? "replaced" : "form", `${where} ${error.code} ${error.found}`);
}
