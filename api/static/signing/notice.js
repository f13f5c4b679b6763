// Copies the notice of what waits, to be sent by one's own mail.
import {byId, say} from "./page.js";

const button = byId("copy");
button.hidden = !navigator.clipboard;
button.addEventListener("click", async () => {
	try {
		await navigator.clipboard.writeText(byId("notice").value);
		byId("copied").textContent = say("copied");
	} catch {
		byId("notice").select();
		byId("copied").textContent = say("copy_by_hand");
	}
});
