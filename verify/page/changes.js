// Two versions of one entry, member by member, in words: as verify/report/changes.py, which has the same tables.
const OWNERS = [...PARTS.toReversed(), "decision", "agreement", "commitment", "plan"], MAX_CHANGES = 12;

function* differing(old, now, path = []) {
	const both = [old, now], deep = path.length < 20;
	if (deep && both.every(isObject)) for (const name of new Set(both.flatMap(Object.keys))) yield* differing(old[name], now[name], [...path, name]);
	else if (deep && both.every(Array.isArray)) for (let at = 0; at < Math.max(old.length, now.length); at++) yield* differing(old[at], now[at], [...path, at]);
	else if (JSON.stringify(old) !== JSON.stringify(now)) yield {path, old, now};
}

function changesOf({entry, other}, lang) {
	if (!isObject(entry) || !isObject(other)) return [];
	const [old, now] = [other, entry].map(({index, statement}) => ({index, id: statement?.id}));
	if (isText(old.id) && isText(now.id) && old.id !== now.id) return [say(CHANGES, old.index === now.index ? "another" : "moved", {old: old.index, now: now.index}, lang)];
	const all = [...differing(other, entry)], rest = all.length - MAX_CHANGES;
	return [...all.slice(0, MAX_CHANGES).map(change => changeWords(change, [other, entry], lang)), ...rest > 0 ? [say(CHANGES, "more", {count: rest}, lang)] : []];
}

function changeWords({path, old, now}, roots, lang) {
	const steps = path.filter(isText), member = steps.findLast(name => MEMBERS.has(name)), owner = ownerOf(roots[0], path, lang) ?? ownerOf(roots[1], path, lang);
	const bare = member ? say(MEMBERS, member, {}, lang) : steps.slice(-2).join(".");
	const what = owner ? say(CHANGES, "of", {member: bare, owner}, lang) : bare, code = old === undefined ? "added" : now === undefined ? "removed" : "changed";
	return say(CHANGES, code, {what, old: valueWords(old, steps.at(-1), lang), new: valueWords(now, steps.at(-1), lang)}, lang);
}

/** The innermost object on a path that has a title or an identifier. */
function ownerOf(at, path, lang) {
	let best = null, commitment;
	for (const step of path.slice(0, -1)) {
		at = at?.[step];
		if (!isObject(at)) { if (!Array.isArray(at)) return best; continue; }
		commitment = at.commitment ?? commitment;
		const kind = OWNERS.find(kind => isText(at[kind])), own = ["title", "question"].find(name => name in at && !path.includes(name));
		const title = own ? at[own] : kind && (nameOf(kind, at[kind], commitment) ?? at[kind]);
		if (title !== undefined) best = quoted(wordsOf(title, lang), lang);
	}
	return best;
}

function valueWords(value, member = "", lang) {
	if (value === undefined || value === null) return say(CHANGES, "nothing", {}, lang);
	const bare = wordsOf(value, lang), text = !isText(value) ? bare : member === "party" ? partyName(value, lang)
		: member.endsWith("_at") ? momentWords(value, lang) : wordFor(value, lang) === value ? dayWords(value, lang) : wordFor(value, lang);
	return quoted(text.length > 160 ? text.slice(0, 160) + "…" : text, lang);
}
