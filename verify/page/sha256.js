// SHA-256 (FIPS 180-4). A tree takes tens of thousands of hashes of 65 bytes, and a call of WebCrypto costs many
// times such a hash. `selfTest` holds this to WebCrypto before anything else is done.
const PRIMES = [];
for (let n = 2; PRIMES.length < 64; n++) if (PRIMES.every(p => n % p)) PRIMES.push(n);
const fraction = x => x % 1 * 2 ** 32 | 0;
const ROUND = Int32Array.from(PRIMES, p => fraction(Math.cbrt(p)));
const START = Int32Array.from(PRIMES.slice(0, 8), p => fraction(Math.sqrt(p)));

// Working memory is reused: a new buffer for each hash would cost more than the hash.
const W = new Int32Array(64), state = new Int32Array(8), tail = new Uint8Array(128), tailView = new DataView(tail.buffer);

function compress(data, at) {
	for (let i = 0; i < 16; i++, at += 4) W[i] = data[at] << 24 | data[at + 1] << 16 | data[at + 2] << 8 | data[at + 3];
	for (let i = 16; i < 64; i++) {
		const x = W[i - 15], y = W[i - 2];
		W[i] = W[i - 16] + W[i - 7] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3)
			+ ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10);
	}
	let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
	for (let i = 0; i < 64; i++) {
		const t = h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (e & f ^ ~e & g) + ROUND[i] + W[i] | 0;
		const u = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b ^ a & c ^ b & c);
		h = g; g = f; f = e; e = d + t | 0; d = c; c = b; b = a; a = t + u | 0;
	}
	state[0] += a; state[1] += b; state[2] += c; state[3] += d; state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}

function sha256(data) {
	const rest = data.length % 64, whole = data.length - rest, end = rest < 56 ? 64 : 128;
	state.set(START);
	for (let at = 0; at < whole; at += 64) compress(data, at);
	tail.fill(0);
	tail.set(data.subarray(whole));
	tail[rest] = 0x80;
	tailView.setUint32(end - 4, data.length * 8); // what is larger than 2^29 bytes goes to WebCrypto
	for (let at = 0; at < end; at += 64) compress(tail, at);
	const out = new Uint8Array(32);
	for (let i = 0; i < 32; i++) out[i] = state[i >> 2] >>> 24 - i % 4 * 8;
	return out;
}

/** Refuses a browser that lacks something, so that what it can't check is never called altered. */
async function selfTest() {
	try {
		await subtle.generateKey("Ed25519", false, ["sign", "verify"]);
		new DecompressionStream("deflate-raw");
	} catch (error) { throw new Unreadable("browser", String(error)); }
	for (const length of [0, 1, 55, 56, 64, 65, 1000]) {
		const data = crypto.getRandomValues(new Uint8Array(length));
		need(same(sha256(data), new Uint8Array(await subtle.digest("SHA-256", data))), "browser", "SHA-256");
	}
}
