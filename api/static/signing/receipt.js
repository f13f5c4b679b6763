// Checks the receipt that this page shows, with the log's key as this browser knows it.
import {checkLogSignature, leafHash, parseCheckpoint, parseLogVkey, parseReceipt, provenRoot, utf8} from "./verifier.js";
import {remembered} from "./watch.js";
import {byId, data, say} from "./page.js";

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

check();
