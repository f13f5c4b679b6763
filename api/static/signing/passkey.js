// Passkeys: making one, and asking it for a signature. Nothing of them leaves this device but what is signed.
import {base64, hex, isStatementSigned, parseKey, sha256, toBase64, utf8} from "./verifier.js";

const KEYS = "constancia.keys", ED25519 = -8, ES256 = -7, WAIT_MS = 120000;

/** The passkeys that were made or used in this browser: whose each is. It is a convenience; nothing rests on it. */
export function known() {
	try { return JSON.parse(localStorage.getItem(KEYS)) ?? []; } catch { return []; }
}

/** Remembers whose a passkey is. */
export function remember(item) {
	const others = known().filter(each => each.credential !== item.credential);
	try { localStorage.setItem(KEYS, JSON.stringify([...others, item])); } catch { /* a browser that stores nothing */ }
}

/** Can passkeys be used here? */
export const isAble = () => Boolean(window.PublicKeyCredential && navigator.credentials && window.isSecureContext);

/** Does a host name belong to a relying party's id? W3C WebAuthn §5.1.2. */
export const belongs = (host, id) => host === id || host.endsWith(`.${id}`);

/** Makes a passkey for an appointment; gives its public key and what names it to this device. */
export async function create({rpId, rpName, user, name, known: others}) {
	const credential = await navigator.credentials.create({publicKey: {
		rp: {id: rpId, name: rpName},
		user: {id: utf8(user), name, displayName: name},
		challenge: crypto.getRandomValues(new Uint8Array(32)), // nothing rests on it: the key proves itself by signing
		pubKeyCredParams: [ED25519, ES256].map(alg => ({type: "public-key", alg})),
		authenticatorSelection: {residentKey: "required", requireResidentKey: true, userVerification: "required"},
		excludeCredentials: others.map(each => ({type: "public-key", id: base64(each.credential)})),
		attestation: "none",
		timeout: WAIT_MS,
	}});
	const spki = new Uint8Array(credential.response.getPublicKey() ?? []);
	return {
		credential: toBase64(new Uint8Array(credential.rawId)),
		key: hex(sha256(spki)),
		material: {origins: [location.origin], public_key: toBase64(spki), rp_id: rpId, scheme: "webauthn"},
	};
}

/** Asks for a signature over a statement's bytes. Without credentials the device offers those that it has. */
export async function sign(challenge, rpId, credentials) {
	const answer = await navigator.credentials.get({publicKey: {
		challenge,
		rpId,
		allowCredentials: credentials.map(id => ({type: "public-key", id: base64(id)})),
		userVerification: "required",
		timeout: WAIT_MS,
	}});
	const {authenticatorData, clientDataJSON, signature, userHandle} = answer.response;
	const bytes = buffer => new Uint8Array(buffer);
	return {
		credential: toBase64(bytes(answer.rawId)),
		user: userHandle ? new TextDecoder().decode(userHandle) : null,
		signature: {
			authenticator_data: toBase64(bytes(authenticatorData)),
			client_data: toBase64(bytes(clientDataJSON)),
			sig: toBase64(bytes(signature)),
		},
	};
}

/** The key among these that a signature over a message is by; null for none. */
export async function signerOf(keys, signature, message) {
	for (const item of keys) {
		let key;
		try { key = parseKey(item); } catch { continue; }
		if (await isStatementSigned(key, signature, message)) return item;
	}
	return null;
}

