"use strict";
// What the verifier is made of begins here: it runs in a worker. First written from docs/SPEC.md, RFC 6962, 8032, 8785,
// DSSE and C2SP alone; fault codes and report are those of verify/report/words.py.
const {subtle} = crypto, {floor} = Math;

// Limits: more than this is refused before it takes memory. Others stand where they are asked for.
const MAX_ENTRY = 65535, MAX_NOTE = 1e6, MAX_RECEIPT = 2e6, MAX_MEMBER = 2 ** 28;

// Bytes and text
const encoder = new TextEncoder(), decoder = new TextDecoder("utf-8", {fatal: true, ignoreBOM: true});
const utf8 = text => encoder.encode(text);
const PAIRS = Array.from({length: 256}, (_, i) => i.toString(16).padStart(2, "0"));
const hex = bytes => bytes.toHex?.() ?? Array.from(bytes, byte => PAIRS[byte]).join("");
const unhex = text => Uint8Array.from(text.match(/../g) ?? [], pair => parseInt(pair, 16));
const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
const toBase64 = bytes => bytes.toBase64?.() ?? btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));

function concat(...parts) {
	const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
	let at = 0;
	for (const part of parts) { out.set(part, at); at += part.length; }
	return out;
}

/** Strict base64 (RFC 4648 §4): bytes, or null where encoding them again gives another text. */
function base64(text) {
	try {
		const bytes = Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), byte => byte.charCodeAt(0));
		return toBase64(bytes) === text ? bytes : null;
	} catch { return null; }
}

/** UTF-8 as text, or null. A byte-order mark stays, so that what parses the text refuses it. */
function decode(bytes) { try { return decoder.decode(bytes); } catch { return null; } }
const decimal = text => /^(0|[1-9]\d{0,15})$/.test(text) && Number.isSafeInteger(+text) ? +text : null;

/** The bytes break their format. */
class Malformed {
	constructor(code, field = "", expected = "", found = "") { Object.assign(this, {code, field, expected, found}); }
}

/** The source can't be had at all. */
class Unreadable {
	constructor(code, detail = "") { Object.assign(this, {code, detail}); }
}

function must(condition, ...fault) { if (!condition) throw new Malformed(...fault); }

function need(condition, ...reason) { if (!condition) throw new Unreadable(...reason); }
