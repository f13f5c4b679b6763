// The report. A worker makes one audit, and what it finds is kept here. `late` puts what is known only at the end
// (signatures 1, roots seen 2) after what the pass over the entries finds at the same index.
const VERDICTS = ["intact", "altered", "inconclusive", "unreadable"];
const faults = [], remarks = {open: [], not_checked: [], notes: []}, checked = {};
const facts = {origin: null, size: null, root: null, genesis: null, log_key: null, anchored: false, trust: null, entry: null, act: null, altered: []};
let total = 0;

function fault(code, index, field, expected, found, {last = null, somewhere = false, late = 0, level = "L1", note = ""} = {}) {
	const ranged = last !== null && last !== index;
	if (total++ < 1000) faults.push({code, level, index, last_index: ranged ? last : null, somewhere: somewhere && ranged, field,
		expected: String(expected ?? ""), found: String(found ?? ""), note, late});
}

/** What `action` gives; nothing, and a fault, where that breaks its format. */
function parsed(action, code, index, field, level) {
	try { return action(); } catch (error) { malformed(error, code, index, field, level); }
}

function malformed(error, code, index, field, level) {
	if (!(error instanceof Malformed)) throw error;
	if (error.code === "other-log-key") remark("open", error.code);
	else fault(code, index, error.field && error.field !== field ? `${field}: ${error.field}` : field, error.expected, error.found, {note: error.code, level});
}

function count(level, what, number = 1) {
	checked[level] ??= {};
	checked[level][what] = (checked[level][what] ?? 0) + number;
}

/** A file that could not be had as it was signed: never a fault (SPEC §7). The first entry that lacks ends the pass. */
const lacks = new Map();
let endsAt = null;

function lack(seen, path) {
	if (!lacks.has(seen)) lacks.set(seen, new Set());
	lacks.get(seen).add(path);
}

const remark = (list, code, params = {}) => remarks[list].push({code, params});
const unchecked = (code, params) => remark("not_checked", code, params);

/** The first place in a range at which something is known to be wrong, or null. */
function firstFaulty(first, last) {
	const known = faults.filter(one => one.index !== null && !one.somewhere && one.index >= first && one.index <= last);
	return known.length ? Math.min(...known.map(one => one.index)) : null;
}

/** Faults come by index; then those somewhere in a range; then the log's own. */
function endReport(source, error = null) {
	for (const [seen, paths] of lacks) remark("open", seen, {count: paths.size, first: [...paths][0]});
	const code = error ? 3 : total ? 1 : remarks.open.length ? 2 : 0;
	const rank = one => [one.index === null, one.somewhere, one.index ?? 0, one.late];
	faults.sort((a, b) => rank(a).map((value, i) => value - rank(b)[i]).find(Boolean) ?? 0);
	for (const one of faults) delete one.late;
	const verdict = error && KINDS.has(error.code) ? "foreign" : VERDICTS[code];
	return {verdict, exit_code: code, source, ...facts, names: known, demonstration: isDemonstration, checked, faults_total: total,
		first_fault: faults[0] ?? null, faults, ...remarks, error};
}
