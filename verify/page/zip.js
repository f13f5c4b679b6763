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

function readMember(data, at) {
	need(at + 46 <= data.byteLength && data.getUint32(at, true) === 0x02014b50, "zip");
	const [flags, method, nameLength, extra, comment] = shorts(data, at + 8, at + 10, at + 28, at + 30, at + 32);
	const [crc, packed, size, attributes, offset] = longs(data, at + 16, at + 20, at + 24, at + 38, at + 42);
	const end = at + 46 + nameLength + extra, next = end + comment;
	need(next <= data.byteLength, "zip");
	const raw = new Uint8Array(data.buffer, at + 46, nameLength), name = decode(raw) ?? "", isFolder = name.endsWith("/");
	const parts = name.replace(/\/$/, "").split("/");
	need(!/[\\:\0]/.test(name) && parts.every(part => !["", ".", ".."].includes(part)), "zip-path", name);
	need([0, 0x8000, 0x4000].includes(attributes >>> 16 & 0xf000), "zip-link", name);
	need(!(flags & 0x41) && (method === 8 || (method === 0 && packed === size)), "zip-method", name);
	need(size <= MAX_MEMBER, "zip-bomb", name);
	let field = end - extra; // times and owner; a second name (0x7075) would be another tree
	for (; field + 4 <= end; field += 4 + shorts(data, field + 2)[0]) need([0x5455, 0x7875].includes(shorts(data, field)[0]), "zip-extra", name);
	need(field === end, "zip-extra", name);
	return {name, raw, flags, method, crc, packed, size, offset, isFolder, next};
}

/** Finds a member's data; what stands in front of it must say what the directory says. 24 bytes: a data descriptor. */
function locate(member, head, free) {
	const {name, raw, offset, method, crc, packed, size} = member, gap = offset - free, length = 30 + raw.length;
	need(gap >= 0 && gap <= 24 && (gap === 0 || free > 0), "zip-overlap", name);
	need(head.byteLength === length && head.getUint32(0, true) === 0x04034b50, "zip-header", name);
	const [flags, packing, nameLength, extra] = shorts(head, 6, 8, 26, 28);
	need(packing === method && nameLength === raw.length && same(new Uint8Array(head.buffer, 30), raw)
		&& (flags & 8 || same(longs(head, 14, 18, 22), [crc, packed, size])), "zip-header", name);
	member.start = offset + length + extra;
	return member.start + packed;
}

/** The files of a zip, none unpacked yet. No zip64, no comment, nothing before, between or after. */
async function openZip(blob) {
	const end = await view(blob, blob.size - 22, blob.size);
	need(end.byteLength === 22 && end.getUint32(0, true) === 0x06054b50, "zip");
	const [disks, count, all] = [end.getUint32(4, true), ...shorts(end, 8, 10)], [length, start] = longs(end, 12, 16);
	need(disks === 0 && count === all && start + length === blob.size - 22, "zip");
	const data = await view(blob, start, start + length), members = [], files = new Map(), folded = new Set();
	let next = 0, free = 0, unpacked = 0;
	for (let i = 0; i < count; i++) { members.push(readMember(data, next)); next = members[i].next; }
	need(next === length, "zip");
	for (const member of members) {
		const key = member.name.replace(/\/$/, "").toLowerCase();
		need(!folded.has(key), "zip-duplicate", member.name);
		folded.add(key);
		unpacked += member.size;
		if (!member.isFolder) files.set(member.name, member);
	}
	need(unpacked <= 2 ** 26 + 200 * blob.size, "zip-bomb");
	members.sort((a, b) => a.offset - b.offset);
	const heads = await Promise.all(members.map(({offset, raw}) => view(blob, offset, offset + 30 + raw.length)));
	members.forEach((member, i) => { free = locate(member, heads[i], free); });
	need(free <= start && start - free <= 24, "zip-overlap");
	return {names: [...files.keys()].sort(), has: name => files.has(name), read: name => unpack(blob, files.get(name))};
}

/** Most bytes that a file is read with: for tiles twice what they may have, so that bytes added are a fault with its place. */
function limitOf(name) {
	if (name.startsWith("tile/")) return 512 * (name.startsWith("tile/entries/") ? 2 + MAX_ENTRY : 32);
	return name === "checkpoint" ? MAX_NOTE : MAX_MEMBER;
}

async function unpack(blob, {name, start, packed, size, method, crc}) {
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
