// Composes the bytes that are signed: canonical JSON (SPEC §1, §2) and what a signature covers (DSSE).
import {hex, isAdmitted, pae, parseCanonical, sha256, utf8} from "./verifier.js";

/** Members in order, as canonical JSON has them; texts in their one form (NFC). */
function sorted(value) {
	if (typeof value === "string") return value.normalize("NFC");
	if (Array.isArray(value)) return value.map(sorted);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.keys(value).sort().map(name => [name, sorted(value[name])]));
}

/** Canonical text of a value; throws where it lies outside the profile. */
export function canonical(value) {
	const text = JSON.stringify(sorted(value));
	parseCanonical(utf8(text));
	return text;
}

/** Hex SHA-256 of a value's canonical form, as digests in bodies are written. */
export const digestOf = value => "sha256:" + hex(sha256(utf8(canonical(value))));

/** A time as statements have it: UTC, whole seconds. */
export const instant = date => date.toISOString().slice(0, 19) + "Z";

/**
 * A statement: the prepared act, the history that was seen, the time. It has what its signature covers, the challenge
 * that a passkey signs, and a short fingerprint to compare on another device.
 */
export function compose(prepared, seen, signedAt) {
	const members = sorted({...prepared, seen, signed_at: signedAt}), text = canonical(members);
	const message = pae({text, size: utf8(text).length}), challenge = sha256(message);
	return {members, text, message, challenge, fingerprint: groups(hex(challenge))};
}

/** The first 32 hex digits, in groups of four: what two people can read to each other. */
export const groups = digits => digits.slice(0, 32).match(/.{4}/g).join(" ");

/** What a person wrote, as a statement can hold it; null where it holds characters that none may hold. */
export function written(text) {
	const clean = text.replaceAll("\r\n", "\n").trim().normalize("NFC");
	return isAdmitted(clean) ? clean : null;
}

/** Where two values differ: [path, before, now], in the order of members. */
export function differences(before, now, path = "") {
	if (JSON.stringify(sorted(before ?? null)) === JSON.stringify(sorted(now ?? null))) return [];
	const isTree = value => typeof value === "object" && value !== null;
	if (!isTree(before) || !isTree(now)) return [[path, before, now]];
	const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
	return names.flatMap(name => differences(before[name], now[name], path ? `${path}.${name}` : name));
}
