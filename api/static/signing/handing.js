// Hands in what was signed. The same bytes may be sent again: the ledger answers with the same receipt.
const PREFIX = "constancia.unsent.", WAITS_MS = [500, 1500, 4000], TIMEOUT_MS = 20000;
const LATER = [408, 429, 500, 502, 503, 504];

/** The ledger refused: the problem document. */
export class Refused extends Error {
	constructor(problem) {
		super(problem.code);
		this.problem = problem;
	}
}

/** Nobody knows whether it arrived; the bytes are kept in this browser. */
export class Lost extends Error {}

const wait = ms => new Promise(resolve => { setTimeout(resolve, ms); });

/** The text that is handed in: one signature and its statement, members in order. */
export const envelope = (statement, signature) => {
	const sorted = Object.fromEntries(Object.keys(signature).sort().map(name => [name, signature[name]]));
	return `{"signatures":[${JSON.stringify(sorted)}],"statement":${statement.text}}`;
};

/** What was signed here and is not known to have arrived, by statement id. */
export function unsent(id) {
	try { return localStorage.getItem(PREFIX + id); } catch { return null; }
}

function store(id, body) {
	try {
		if (body === null) localStorage.removeItem(PREFIX + id);
		else localStorage.setItem(PREFIX + id, body);
	} catch { /* a browser that stores nothing */ }
}

/** Hands in; tries again where the connection is lost or the ledger is busy. Gives the receipt. */
export async function handIn(base, id, body, tell = () => {}) {
	store(id, body);
	let answer = null;
	for (const pause of [0, ...WAITS_MS]) {
		if (pause) {
			tell();
			await wait(pause);
		}
		answer = await once(base, body);
		if (answer?.ok) {
			const receipt = await answer.json().catch(() => null);
			if (!receipt) continue; // cut on its way
			store(id, null);
			return receipt;
		}
		if (answer && !LATER.includes(answer.status)) {
			store(id, null);
			break;
		}
	}
	if (!answer || answer.ok) throw new Lost();
	throw new Refused(await answer.json().catch(() => ({code: `HTTP ${answer.status}`})));
}

async function once(base, body) {
	try {
		return await fetch(`${base}/api/v1/entries`, {
			method: "POST", body, headers: {"Content-Type": "application/json"}, signal: AbortSignal.timeout(TIMEOUT_MS),
		});
	} catch { return null; }
}

/** The entry by a statement's id, or null: whether what was refused as a double is already there. */
export async function recorded(base, id) {
	const answer = await fetch(`${base}/api/v1/entries/${id}`, {cache: "no-store"});
	return answer.ok ? answer.json() : null;
}
