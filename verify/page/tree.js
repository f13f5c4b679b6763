// Tree (RFC 6962 §2.1)
const pair = new Uint8Array(65).fill(1, 0, 1);

function nodeHash(left, right) { pair.set(left, 1); pair.set(right, 33); return sha256(pair); }

// Hashes of all whole subtrees: `levels[l][i]` is that of the leaves i·2^l to (i+1)·2^l − 1. Roots by size, hex.
const levels = [[]], roots = new Map();
let treeSize = 0;

function addLeaf(leaf) {
	treeSize++;
	for (let level = 0, hash = leaf; ; level++) {
		const row = levels[level] ??= [];
		row.push(hash);
		if (row.length % 2) return;
		hash = nodeHash(row.at(-2), hash);
	}
}

/** Root of the first `size` leaves, hex. */
function rootOf(size) {
	let hash = null;
	if (roots.has(size)) return roots.get(size);
	for (let level = 0, left = size; left > 0; level++, left = floor(left / 2)) {
		if (left % 2) hash = hash ? nodeHash(levels[level][left - 1], hash) : levels[level][left - 1];
	}
	roots.set(size, hex(hash ?? sha256(new Uint8Array())));
	return roots.get(size);
}

/** The root that an inclusion proof leads to (RFC 9162 §2.1.3.2), hex; null if it has another length. */
function provenRoot(leaf, index, size, proof) {
	let fn = index, sn = size - 1, hash = leaf;
	const half = () => { fn = floor(fn / 2); sn = floor(sn / 2); };
	for (const step of proof) {
		if (sn === 0) return null;
		if (fn % 2 || fn === sn) {
			hash = nodeHash(step, hash);
			while (fn % 2 === 0 && fn !== 0) half();
		} else hash = nodeHash(hash, step);
		half();
	}
	return sn === 0 && index < size ? hex(hash) : null;
}
