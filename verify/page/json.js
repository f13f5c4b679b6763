// Canonical JSON (SPEC §1)
const PLAIN = /^[\n -~]*$/, MEMBER = /^[a-z][a-z0-9_]*$/;
const FORBIDDEN = /[\0-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Noncharacter_Code_Point}\p{Surrogate}]/u;

/** Are these characters all admitted, in their one form (NFC)? What is plain ASCII need not be asked. */
const isAdmitted = text => PLAIN.test(text) || (!FORBIDDEN.test(text) && text.normalize("NFC") === text);

/**
 * Refuses what lies outside the profile. With it `JSON.stringify` writes the bytes of RFC 8785, for keys are sorted.
 * `isSound`: the strings are known to be admitted.
 */
function checkProfile(value, isSound, depth = 1) {
	if (typeof value === "string") must(isSound || isAdmitted(value), "character", "", "", value);
	else if (typeof value === "number") must(Number.isSafeInteger(value), "integer", "", "", value);
	if (typeof value !== "object" || value === null) return;
	must(depth <= 16, "too-deep");
	if (Array.isArray(value)) return value.forEach(item => checkProfile(item, isSound, depth + 1));
	let before = "";
	for (const key in value) {
		must(MEMBER.test(key) && key > before, "key", "", "", key);
		before = key;
		checkProfile(value[key], isSound, depth + 1);
	}
}

/** Parses what is canonical already: a duplicate key, another number, a space or escape would change the bytes. */
function parseCanonical(bytes) {
	const text = decode(bytes);
	must(text !== null, "not-utf8");
	let value;
	try { value = JSON.parse(text); } catch { throw new Malformed("not-json"); }
	// A text that is admitted as a whole, without escapes of other characters, holds admitted strings only: a quote
	// stands on both sides of each, and nothing combines with that.
	checkProfile(value, !/\\[^"\\n]/.test(text) && isAdmitted(text));
	must(JSON.stringify(value) === text, "not-canonical");
	return {value, text};
}
