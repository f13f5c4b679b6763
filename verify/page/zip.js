// Zip: whatever two unpackers could understand differently is unreadable, and so is what unpacks to too much.
const CRC = Uint32Array.from({length: 256}, (_, n) => {
	for (let bit = 0; bit < 8; bit++) n = n & 1 ? n >>> 1 ^ 0xedb88320 : n >>> 1;
	return n;
});

function crc32(bytes) {
	let crc = -1;
	for (let i = 0; i < bytes.length; i++) crc = CRC[(crc ^ bytes[i]) & 255] ^ crc >>> 8;
	return ~crc >>> 0;
}

const view = async (blob, from, to) => new DataView(await blob.slice(from, to).arrayBuffer());
const shorts = (data, ...places) => places.map(at => data.getUint16(at, true));
const longs = (data, ...places) => places.map(at => data.getUint32(at, true));

// Times, owners, marks, padding: what names nothing. A second name (0x7075) would be another tree.
const EXTRAS = [0x000a, 0x5455, 0x5855, 0x7855, 0x7875, 0xcafe, 0x6c78, 0xa11e, 0xa220, 0xd935];
const UNSAFE = /[\\:*?"<>|]|(?:^|\/)(?:\.{0,2}|[^/]*[. ]|(?:con|prn|aux|nul|com\d|lpt\d)(?:\.[^/]*)?)(?:\/|$)/i;

function checkExtra(data, at, end, name) {
	for (; at + 4 <= end; at += 4 + shorts(data, at + 2)[0]) need(EXTRAS.includes(shorts(data, at)[0]), "zip-extra", name);
	need(at === end, "zip-extra", name);
}

/** What names have in common that some system takes for the same: case, ß and ss, composed and decomposed. */
const fold = name => name.normalize().toLowerCase().toUpperCase().normalize();

function readMember(data, at) {
	need(at + 46 <= data.byteLength && data.getUint32(at, true) === 0x02014b50, "zip");
	const [flags, method, nameLength, extra, comment] = shorts(data, at + 8, at + 10, at + 28, at + 30, at + 32);
	const [crc, packed, size, attributes, offset] = longs(data, at + 16, at + 20, at + 24, at + 38, at + 42);
	const end = at + 46 + nameLength + extra, next = end + comment;
	need(next <= data.byteLength, "zip");
	const raw = new Uint8Array(data.buffer, at + 46, nameLength), name = decode(raw) ?? String.fromCharCode(...raw), isFolder = name.endsWith("/");
	need(!UNSAFE.test(name.replace(/\/$/, "")) && !/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u.test(name), "zip-path", name);
	need([0, 0x8000, 0x4000].includes(attributes >>> 16 & 0xf000), "zip-link", name);
	need(!(flags & 0x41) && (method === 8 || (method === 0 && packed === size)), "zip-method", name);
	need(size <= MAX_MEMBER, "zip-bomb", name);
	checkExtra(data, end - extra, end, name);
	return {name, raw, flags, method, crc, packed, size, offset, isFolder, next};
}

/** Finds a member's data; what stands in front of it must say what the directory says. 24 bytes: a data descriptor. */
function locate(member, head, free) {
	const {name, raw, offset, method, crc, packed, size} = member, gap = offset - free, length = 30 + raw.length;
	need(gap >= 0 && gap <= 24 && (gap === 0 || free > 0), "zip-overlap", name);
	need(head.byteLength >= length && head.getUint32(0, true) === 0x04034b50, "zip-header", name);
	const [flags, packing, nameLength, extra] = shorts(head, 6, 8, 26, 28);
	need(packing === method && nameLength === raw.length && same(new Uint8Array(head.buffer, head.byteOffset + 30, raw.length), raw)
		&& (flags & 8 || same(longs(head, 14, 18, 22), [crc, packed, size])), "zip-header", name);
	need(head.byteLength >= length + extra, "zip-header", name);
	checkExtra(head, length, length + extra, name);
	member.start = offset + length + extra;
	return member.start + packed;
}

/** The files of a zip, none unpacked yet. No zip64, no comment, nothing before, between or after. */
async function openZip(blob) {
	const end = await view(blob, blob.size - 22, blob.size);
	need(end.byteLength === 22 && end.getUint32(0, true) === 0x06054b50, "zip");
	const [disks, count, all] = [end.getUint32(4, true), ...shorts(end, 8, 10)], [length, start] = longs(end, 12, 16);
	need(disks === 0 && count === all && start + length === blob.size - 22, "zip");
	const data = await view(blob, start, start + length), members = [], files = new Map(), spelled = new Map(), seen = new Set();
	let next = 0, free = 0, unpacked = 0, from = 0, heads = new DataView(new ArrayBuffer(0));
	for (let i = 0; i < count; i++) { members.push(readMember(data, next)); next = members[i].next; }
	need(next === length, "zip");
	for (const member of members) {
		const path = member.name.replace(/\/$/, ""), parts = path.split("/");
		parts.forEach((_, i) => {
			const part = parts.slice(0, i + 1).join("/"), isLast = i === parts.length - 1, key = fold(part), found = part + (isLast && !member.isFolder ? "" : "/");
			need((spelled.get(key) ?? found) === found && !(isLast && seen.has(part)), "zip-duplicate", part);
			spelled.set(key, found);
		});
		seen.add(path);
		unpacked += member.size;
		if (!member.isFolder) files.set(member.name, member);
	}
	need(unpacked <= 2 ** 26 + 200 * blob.size, "zip-bomb");
	members.sort((a, b) => a.offset - b.offset);
	for (const member of members) { // one window of the file after the other, not a read for each member
		const {offset, raw} = member, most = 30 + raw.length + 65535;
		if (offset < from || offset + most > from + heads.byteLength) heads = await view(blob, from = offset, offset + 2 ** 20);
		const at = offset - from;
		need(at <= heads.byteLength, "zip-overlap", member.name);
		free = locate(member, new DataView(heads.buffer, at, Math.min(most, heads.byteLength - at)), free);
	}
	need(free <= start && start - free <= 24, "zip-overlap");
	return inner(blob, files);
}

/** Leaves out a desktop's own files, and steps into a folder that holds everything. */
function inner(blob, files) {
	const all = [...files.keys()].sort(), own = all.filter(name => /^__MACOSX\/|(^|\/)\.DS_Store$/.test(name));
	if (own.length) remark("notes", "zip-ignored", {count: own.length, first: own[0]});
	let names = all.filter(name => !own.includes(name));
	const [top] = names[0]?.split("/") ?? [], isWrapped = names.length && !["tile", "documents", "anchors"].includes(top) && names.every(name => name.startsWith(top + "/"));
	const place = isWrapped ? top + "/" : "";
	if (isWrapped) remark("notes", "zip-folder", {name: top});
	names = names.map(name => name.slice(place.length));
	const known = new Set(names);
	return {names, has: name => known.has(name), read: name => unpack(blob, files.get(place + name), name)};
}

/** Most bytes that a file is read with: for tiles twice what they may have, so that bytes added are a fault with its place. */
function limitOf(name) {
	if (name.startsWith("tile/")) return 512 * (name.startsWith("tile/entries/") ? 2 + MAX_ENTRY : 32);
	return name === "checkpoint" ? MAX_NOTE : MAX_MEMBER;
}

async function unpack(blob, {start, packed, size, method, crc}, name) {
	need(size <= limitOf(name), "too-large", name);
	const out = new Uint8Array(size), body = blob.slice(start, start + packed).stream();
	let at = 0;
	try {
		for await (const chunk of method === 8 ? body.pipeThrough(new DecompressionStream("deflate-raw")) : body) {
			out.set(chunk, at); // throws where it unpacks to more than it says
			at += chunk.length;
		}
	} catch { at = -1; }
	need(at === size && crc32(out) === crc, "zip-member", name);
	return out;
}
