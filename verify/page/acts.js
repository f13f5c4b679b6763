// An act as a sentence, with names where the entries give them: as verify/report/acts.py, which has the same table.
const TITLES = ["title", "question", "name", "text"], PARTS = ["action", "deliverable", "milestone"];
const INTRODUCED = {ActionPlanOpened: "plan", AgreementDrafted: "agreement", CommitmentProposed: "commitment", DecisionProposed: "decision", GovernanceBodyEstablished: "governance_body"};
const NAMED = [...Object.values(INTRODUCED), ...PARTS], QUOTES = {es: "«»", en: "“”"};
const isWords = value => isObject(value) && Object.keys(value).length > 0 && Object.entries(value).every(([tag, text]) => /^[a-z]{2,3}(_[a-z]{2,4})*$/.test(tag) && isText(text));
const wordsOf = (value, lang) => isWords(value) ? value[lang] ?? value.es ?? value.en ?? Object.values(value)[0] : isText(value) ? value : JSON.stringify(value) ?? "";
const quoted = (text, lang) => QUOTES[lang][0] + text + QUOTES[lang][1], setting = name => ACTS.get(name).es.split(",");
const capital = text => text.slice(0, 1).toUpperCase() + text.slice(1), titleOf = item => item[TITLES.find(name => name in item)];
let known = {}, isDemonstration = false;

function note(kind, name, title) { if (isText(name) && (isText(title) || isWords(title))) known[`${kind}/${name}`] = title; }

/** Notes the names that a body gives; it may have any form. */
function takeNames(type, body) {
	const kind = INTRODUCED[type];
	if (type === "LedgerOpened") {
		isDemonstration = body.demonstration === true;
		for (const one of Array.isArray(body.founders) ? body.founders.filter(isObject) : []) note("party", one.party, one.acronym ?? one.legal_name);
	} else if (type === "PartyRegistered") note("party", body.party, body.acronym ?? body.legal_name);
	else if (type === "RepresentativeAppointed") {
		note("appointment", body.appointment, body.name);
		note("person", body.person, body.name);
		note("post", body.appointment, body.post);
	} else if (kind) note(kind, body[kind], titleOf(body));
	if (["DecisionProposed", "CommitmentProposed", "ScopeChanged"].includes(type)) takeParts(body, body.commitment, 0);
}

function takeParts(item, commitment, depth) {
	if (Array.isArray(item)) for (const part of item) takeParts(part, commitment, depth);
	if (!isObject(item) || depth > 8) return;
	commitment = item.commitment ?? commitment;
	for (const kind of PARTS) {
		const isOther = kind === "milestone" && ("action" in item || "deliverable" in item);
		if (isText(item[kind]) && !isOther) note(kind, `${commitment}/${item[kind]}`, titleOf(item));
	}
	for (const value of Object.values(item)) if (typeof value === "object") takeParts(value, commitment, depth + 1);
}

const nameOf = (kind, name, commitment) => known[`${kind}/${PARTS.includes(kind) ? commitment + "/" : ""}${name}`];
const wordFor = (code, lang) => ACTS.get("." + code)?.[lang] ?? code;

function partyName(name, lang) { return wordsOf(nameOf("party", name) ?? String(name).toUpperCase(), lang); }

function personName(actor, lang) {
	if (!("person" in actor)) return partyName(actor.party ?? "", lang);
	const called = nameOf("appointment", actor.appointment) ?? nameOf("person", actor.person);
	return called === undefined ? say(PAGE, "person", {id: actor.person}, lang) : wordsOf(called, lang);
}

function signerName(actor, lang) {
	const side = partyName(actor.party ?? "", lang), capacity = wordFor(actor.capacity ?? "", lang);
	if (!("person" in actor)) return capacity + (actor.party ? ` (${side})` : "");
	return `${personName(actor, lang)}, ${wordsOf(nameOf("post", actor.appointment) ?? capacity, lang)} (${side})`;
}

// Days: months, years and intervals (EDTF) in words, and the preposition before them: as verify/report/dates.py
const dayParts = text => /^(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?$/.exec(text)?.slice(1).filter(Boolean);

function dayWords(text, lang) {
	const [first, second] = text.split("/"), start = dayParts(first), end = dayParts(second ?? "");
	const months = say(PAGE, "months", {}, lang).split(" "), spans = say(PAGE, "spans", {}, lang).split(",");
	const words = (parts, without = 0) => parts.map((part, i) => i === 0 ? part : i === 1 ? months[part - 1] : +part).slice(without).reverse().join(lang === "es" ? " de " : " ");
	const before = (place, parts) => spans[place + (parts.length < 3 ? 1 : 0)] + " ";
	if (second === undefined || first === second) return start ? words(start) : text;
	if (start && second === "..") return before(4, start) + words(start);
	if (first === ".." && end) return before(6, end) + words(end);
	if (!start || !end) return text;
	const without = start[0] !== end[0] || !start[1] || !end[1] ? 0 : start[2] && end[2] && start[1] === end[1] ? 2 : 1;
	return `${before(0, start)}${words(start, without)} ${before(2, end)}${words(end)}`;
}

/** A sentence's template with the right words before a date: those of a day fit no month and no interval. */
function fitted(text, name, value, lang) {
	const [first, second] = value.split("/"), at = `(?=\\{${name}\\})`, isOne = second === undefined || first === second;
	if (isOne && !/^\d{4}(-\d\d)?$/.test(first)) return text;
	if (lang === "en") return isOne ? text.replace(RegExp("\\b([Oo])n " + at, "g"), (_, o) => o === "o" ? "in " : "In ") : text.replace(RegExp("\\b(with effect on|on|from|since|until|by) " + at, "g"), "");
	if (!isOne) return text.replace(RegExp("\\b((desde|hasta|con efecto|a más tardar) el|desde|hasta|el|del|al) " + at, "g"), "");
	return text.replace(RegExp("\\b([Dd]esde|[Hh]asta) el " + at, "g"), "$1 ").replace(RegExp("\\b(del|al|el|El) " + at, "g"), (_, word) => ({del: "de ", al: "a ", el: "en ", El: "En "})[word]);
}

const momentWords = (text, lang) => text[10] === "T" ? `${dayWords(text.slice(0, 10), lang)}, ${text.slice(11, 16)} UTC` : text;

function codeOf(type, body) {
	const move = setting("!moves").map(row => row.split(" ")).find(([name]) => name === type);
	const code = move ? `${type}.${body[move[1]]}` : type;
	for (const row of setting("!variants")) {
		const [name, member, wording] = row.split(" "), value = body[member];
		if (name === type && member in body && (wording !== "ended" || !value || value.length === 0)) return `${code}.${wording}`;
	}
	if (body.protected === true) return code + ".protected";
	return Array.isArray(body.against) && !body.against.length ? code + ".open" : "terminates" in body ? code + ".ends" : code;
}

function* flat(item, prefix, lang, depth = 0) {
	for (const [name, value] of Object.entries(item)) {
		if (Array.isArray(value)) {
			const isParties = setting("!parties").includes(name), given = value.filter(isText);
			yield [prefix + name, given.map(text => isParties ? partyName(text, lang) : text).join(", ")];
			yield [prefix + name + "_count", String(value.length)];
		} else if (!isObject(value) || isWords(value)) yield [prefix + name, wordsOf(value, lang)];
		else if (depth < 8) yield* flat(value, `${prefix}${name}_`, lang, depth + 1);
	}
}

function paramsOf(actor, body, lang) {
	const params = Object.fromEntries(flat(body, "", lang));
	for (const name of Object.keys(params)) {
		if (setting("!dates").includes(name)) params[name] = dayWords(params[name], lang);
		else if (setting("!words").includes(name)) params[name] = wordFor(params[name], lang);
	}
	for (const name of NAMED) {
		const called = name in params ? nameOf(name, body[name], body.commitment) : undefined;
		if (called !== undefined) params[name] = quoted(wordsOf(called, lang), lang);
	}
	Object.assign(params, {party: partyName(actor.party ?? "", lang), who: personName(actor, lang), capacity: wordFor(actor.capacity ?? "", lang)});
	for (const [name, member] of [["subject", "party"], ["organization", "organization"], ["receiver", "submitted_to"]]) {
		if (isText(body[member])) params[name] = partyName(body[member], lang);
	}
	if (isText(body.appointment)) params.appointment = wordsOf(nameOf("appointment", body.appointment) ?? body.appointment, lang);
	if (isText(body.target)) params.entry = body.target.slice(0, 8) + "…";
	if ("own_level" in body) params.level = wordFor(String(body.own_level), lang);
	return params;
}

/** The sentence of an entry, or of what is in its place; null where that is no act. */
function sentenceOf(entry, lang) {
	const {type, actor, body} = entry?.statement ?? {};
	if (!isText(type) || !isObject(actor) || !isObject(body)) return null;
	const row = ACTS.get(codeOf(type, body)) ?? ACTS.get(type);
	if (!row) return type;
	const params = paramsOf(actor, body, lang);
	let text = row[lang];
	for (const [name, value] of flat(body, "", lang)) if (setting("!dates").includes(name)) text = fitted(text, name, value, lang);
	text = text.replace(/\{(\w+)\}/g, (_, name) => Object.hasOwn(params, name) ? params[name] : "");
	for (const quote of QUOTES[lang]) text = text.replaceAll(quote + quote, quote);
	text = capital(text.trim().replace(/([.?!…]”?»?)\.$/, "$1"));
	return text.length > 600 ? text.slice(0, 600) + "…" : text;
}
