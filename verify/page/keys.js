// Keys and signatures (SPEC §2)
const ED25519_SPKI = "302a300506032b6570032100", P256_SPKI = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";
const RSA_SPKI = /^3082(....)300d06092a864886f70d01010105000382(....)003082(....)0282(....)(.*)0203010001$/;
// Numbers in big-endian hex: of the same length, they compare as texts.
const FIELD_PRIME = "7f" + "ff".repeat(30) + "ed", GROUP_ORDER = "10" + "00".repeat(15) + "14def9dea2f79cd65812631a5cf5d3ed";
// y of the points whose order divides 8: 0, 1, −1, and two of order 8.
const SMALL_ORDER = ["00".repeat(32), "00".repeat(31) + "01", "7f" + "ff".repeat(30) + "ec",
	"05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826",
	"7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd83d4d706a17c7"];
const bigEndian = bytes => hex(bytes.slice().reverse());

/** Is this encoded point one that all libraries judge alike: y below p, not of small order? */
function isStrictPoint(point) {
	const y = point.slice();
	y[31] &= 0x7f;
	return bigEndian(y) < FIELD_PRIME && !SMALL_ORDER.includes(bigEndian(y));
}
// A key's own point is checked when it is parsed.
const isStrictEd25519 = signature => signature.length === 64 && isStrictPoint(signature.slice(0, 32))
	&& bigEndian(signature.slice(32)) < GROUP_ORDER;

/** A sound RSA key in its one DER form, 2,048 to 8,192 bits, exponent 65537: all lengths take two bytes there. */
function isStrictRsa(spki) {
	const [, ...parts] = RSA_SPKI.exec(spki) ?? [], modulus = parts.pop() ?? "", lengths = parts.map(part => parseInt(part, 16));
	const size = spki.length / 2, top = parseInt(modulus.slice(0, 4), 16), digits = modulus.replace(/^00/, "");
	const bits = digits.length * 4 - Math.clz32(parseInt(digits.slice(0, 2), 16)) + 24;
	return same(lengths, [size - 4, size - 23, size - 28, modulus.length / 2]) && top >= 0x80 && top < 0x8000 && bits >= 2048 && bits <= 8192;
}

/** A strict DER integer below 2^256 as 32 bytes in hex, and what follows it. */
function derInteger(der) {
	const length = parseInt(der.slice(2, 4), 16) * 2, value = der.slice(4, 4 + length);
	const strict = der.startsWith("02") && length > 0 && value.length === length && /^(00[89a-f]|0[1-9a-f]|[1-7])/.test(value);
	const digits = value.replace(/^00/, "");
	return strict && digits.length <= 64 ? [digits.padStart(64, "0"), der.slice(4 + length)] : ["", null];
}

/** r ‖ s, as WebCrypto takes them, of a strict DER signature; null for any other. */
function rawEcdsa(signature) {
	const der = hex(signature), [r, after] = derInteger(der.slice(4)), [s, rest] = derInteger(after ?? "");
	return der.startsWith("30" + PAIRS[signature.length - 2]) && rest === "" ? unhex(r + s) : null;
}

const P256_PRIME = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const P256_B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** Is this a P-256 key in its one DER form, its point on the curve? */
function isStrictP256(spki) {
	const [x, y] = [-128, -64].map(at => BigInt(`0x0${spki.slice(at, at + 64 || undefined)}`));
	return spki.startsWith(P256_SPKI) && spki.length === 182 && x < P256_PRIME && y < P256_PRIME
		&& (y * y - x * x * x + 3n * x - P256_B) % P256_PRIME === 0n;
}

const SCHEMES = {ed25519: ["Ed25519"], webauthn: ["Ed25519", "ECDSA"], "rsa-pkcs1-sha256": ["RSASSA-PKCS1-v1_5"]};

/** Holds a member of a body to what it must be. */
const bodyMust = (condition, member, expected, found) => must(condition, "directory", "statement.body." + member, expected, found);

/** A key from the members of a body. */
function parseKey(body) {
	const spki = base64(body.public_key) ?? [], text = hex(spki), raw = spki.slice(12);
	const kind = text.startsWith(ED25519_SPKI) && spki.length === 44 && isStrictPoint(raw) ? "Ed25519"
		: isStrictP256(text) ? "ECDSA" : isStrictRsa(text) ? "RSASSA-PKCS1-v1_5" : "";
	bodyMust(Object.hasOwn(SCHEMES, body.scheme), "scheme", names(SCHEMES), body.scheme);
	bodyMust(SCHEMES[body.scheme].includes(kind), "public_key", body.scheme, body.public_key);
	const {rp_id: rpId, origins = []} = body, passkey = isText(rpId) && origins?.length > 0;
	bodyMust(Array.isArray(origins) && origins.every(isText), "origins", "text", JSON.stringify(origins));
	bodyMust(isText(rpId ?? ""), "rp_id", "text", JSON.stringify(rpId));
	bodyMust(passkey === (body.scheme === "webauthn"), "rp_id", body.scheme, rpId);
	return {id: hex(sha256(spki)), scheme: body.scheme, kind, spki, raw, origins, rpId};
}

/** WebCrypto's answer under the strict rules; what it refuses to take is false. */
async function isSigned(key, signature, message) {
	const sent = key.kind === "ECDSA" ? rawEcdsa(signature) : signature;
	if (!sent || (key.kind === "Ed25519" && !isStrictEd25519(signature))) return false;
	const algorithm = {name: key.kind, namedCurve: "P-256", hash: "SHA-256"};
	try {
		key.imported ??= subtle.importKey("spki", key.spki, algorithm, false, ["verify"]);
		return await subtle.verify(algorithm, await key.imported, sent, message);
	} catch { return false; }
}

/** JSON whose objects hold no member twice, or null: JSON.parse alone would keep the last one. */
function parseOnce(text) {
	let kept = 0;
	try {
		const value = JSON.parse(text, function (name, item) { kept += Array.isArray(this) ? 0 : 1; return item; });
		const written = text.match(/"(?:[^"\\]|\\.)*"\s*:?/g) ?? [];
		return written.filter(token => token.endsWith(":")).length === kept - 1 ? value : null;
	} catch { return null; }
}

/** Is this passkey assertion about `message` (WebAuthn §7.2)? */
function isAssertion(key, client, data, message) {
	if (client.filter(byte => byte === 0x5b || byte === 0x7b).length > 16) return false; // `[` and `{`: any reader goes so deep
	const said = parseOnce(decode(client)), challenge = toBase64(sha256(message)).replaceAll("+", "-").replaceAll("/", "_");
	return isObject(said) && said.type === "webauthn.get" && said.challenge === challenge.replace("=", "")
		&& key.origins.includes(said.origin) && [undefined, null, false].includes(said.crossOrigin)
		&& data.length >= 37 && same(data.subarray(0, 32), sha256(utf8(key.rpId))) && (data[32] & 5) === 5;
}

async function isStatementSigned(key, signature, message) {
	const passkey = key.scheme === "webauthn", sig = base64(signature.sig);
	if (passkey !== "client_data" in signature) return false;
	if (!passkey) return isSigned(key, sig, message);
	const client = base64(signature.client_data), data = base64(signature.authenticator_data);
	return isAssertion(key, client, data, message) && isSigned(key, sig, concat(data, sha256(client)));
}
