// Checks the receipt that this page shows, with the log's key as this browser knows it.
import {checkLogSignature, hex, leafHash, parseCheckpoint, parseLogVkey, parseReceipt, provenRoot, sha256, utf8} from "./verifier.js";
import {remembered} from "./watch.js";
import {base, byId, data, element, lang, say} from "./page.js";

async function check() {
	const key = remembered(data.origin)?.log_key ?? data.log_key, box = byId("verified");
	let verdict = "receipt_unread", size = 0;
	try {
		const answer = await fetch(data.receipt, {headers: {Accept: "text/plain"}});
		if (!answer.ok) throw new TypeError(`${answer.status}`);
		const {index, extra, hashes, note} = parseReceipt(utf8(await answer.text())), checkpoint = parseCheckpoint(note);
		verdict = "receipt_bad";
		await checkLogSignature(checkpoint, [parseLogVkey(key)]);
		size = checkpoint.size;
		const isProven = provenRoot(leafHash(extra), index, size, hashes) === checkpoint.root;
		if (isProven && index === data.entry && checkpoint.origin === data.origin) verdict = "receipt_good";
	} catch { /* the verdict says so */ }
	box.textContent = say(verdict, {size});
	box.classList.toggle("bad", verdict === "receipt_bad");
}

/** Hands in the chosen files that this entry cites; another one is named, and stays here. */
async function handInFiles(event) {
	for (const file of event.target.files) {
		const line = element(byId("handed"), "li", `${file.name}: …`), bytes = new Uint8Array(await file.arrayBuffer());
		const tell = text => { line.textContent = `${file.name}: ${text}`; };
		if (!data.files.includes(hex(sha256(bytes)))) tell(say("file_other"));
		else tell(await post(bytes));
	}
}

async function post(bytes) {
	try {
		const answer = await fetch(`${base}/api/v1/documents`, {method: "POST", body: bytes, headers: {"Content-Type": "application/octet-stream"}});
		if (answer.ok) return say("file_taken");
		const problem = await answer.json();
		return lang === "es" ? problem.title_es : problem.title;
	} catch { return say("file_lost"); }
}

const chooser = byId("file");
if (chooser) {
	chooser.parentElement.hidden = false;
	chooser.addEventListener("change", handInFiles);
}
check();
