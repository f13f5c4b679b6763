// Which lines of two texts differ (longest common subsequence), to show what changed before anybody signs.
const MOST = 2000;

/** Lines that are only in the first text, and only in the second, in their order. */
export function changedLines(before, now) {
	const [a, b] = [before, now].map(text => text.split("\n").map(line => line.trim()).filter(Boolean));
	if (a.length > MOST || b.length > MOST) {
		return {removed: a.filter(line => !b.includes(line)).slice(0, 40), added: b.filter(line => !a.includes(line)).slice(0, 40)};
	}
	const width = b.length + 1, longest = new Uint16Array((a.length + 1) * width);
	for (let i = a.length - 1; i >= 0; i--) {
		for (let j = b.length - 1; j >= 0; j--) {
			longest[i * width + j] = a[i] === b[j] ? longest[(i + 1) * width + j + 1] + 1 : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
		}
	}
	const removed = [], added = [];
	for (let i = 0, j = 0; i < a.length || j < b.length;) {
		if (i < a.length && j < b.length && a[i] === b[j]) { i++; j++; }
		else if (j === b.length || (i < a.length && longest[(i + 1) * width + j] >= longest[i * width + j + 1])) removed.push(a[i++]);
		else added.push(b[j++]);
	}
	return {removed, added};
}
