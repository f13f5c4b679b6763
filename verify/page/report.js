// Report. Faults come by index; then those somewhere in a range; then the log's own. `late` puts what is known
// only at the end (signatures 1, roots seen 2) after what the pass over the entries finds at the same index.
const VERDICTS = ["intact", "altered", "inconclusive", "unreadable"];

class Report {
	faults = [];
	total = 0;
	lists = {open: [], not_checked: [], notes: []};
	checked = {};
	facts = {origin: null, size: null, root: null, genesis: null, log_key: null, anchored: false};
	constructor(source) { this.source = source; }
	fault(code, index, field, expected, found, more = {}) {
		const {last = null, somewhere = false, late = 0, level = "L1", note = ""} = more, ranged = last !== null && last !== index;
		this.total++;
		if (this.faults.length >= MAX_FAULTS) return;
		this.faults.push({code, level, index, last_index: ranged ? last : null, somewhere: somewhere && ranged, field,
			expected: String(expected ?? ""), found: String(found ?? ""), note, late});
	}
	malformed(error, code, index, field, level) {
		this.fault(code, index, error.field && error.field !== field ? `${field}: ${error.field}` : field, error.expected, error.found, {note: error.code, level});
	}
	count(level, what, number = 1) {
		const counts = this.checked[level] ??= {};
		counts[what] = (counts[what] ?? 0) + number;
	}
	say(list, code, params = {}) { this.lists[list].push({code, params}); }
	firstFaulty(first, last) {
		const known = this.faults.filter(one => one.index !== null && !one.somewhere && one.index >= first && one.index <= last);
		return known.length ? known.reduce((least, one) => Math.min(least, one.index), last) : null;
	}
	end(error = null) {
		const code = error ? 3 : this.total ? 1 : this.lists.open.length ? 2 : 0;
		const rank = one => [one.index === null, one.somewhere, one.index ?? 0, one.late];
		const faults = this.faults.toSorted((a, b) => rank(a).map((value, i) => value - rank(b)[i]).find(Boolean) ?? 0);
		for (const fault of faults) delete fault.late;
		return {verdict: VERDICTS[code], exit_code: code, source: this.source, ...this.facts, checked: this.checked, faults_total: this.total,
			first_fault: faults[0] ?? null, faults, ...this.lists, entry: this.entry ?? null, error};
	}
}
