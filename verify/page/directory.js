// Who may sign what, folded from the entries (SPEC §7). An entry without authority changes nothing here.
// Acts of roots alone, and of roots too, with the member of the body that must be of the root's own party.
const ROOT_ACTS = {MemberOrganizationJoined: "party", MemberOrganizationLeft: "party", RepresentativeAppointed: "party",
	RepresentativeRevoked: "appointment", KeyEndorsed: "key", KeyCompromised: "key", PartyWithdrew: "party", LawEditionAdopted: ""};
const SHARED_ACTS = {PartyRegistered: "party", PartyReturned: "party", KeyRevoked: "key", CorrectionRecorded: ""};
// The acts for which the table of sentences has words, with or without a wording of their own after the dot.
const KNOWN_ACTS = new Set([...ACTS.keys()].map(code => code.split(".")[0]));
const FOREVER = "9999-12-31";
const keys = new Map(), appointments = new Map(), bodies = new Map(), suspects = new Map(), days = new Map(), proposed = [];
let logKey, logCosigner, zone, calendar = null, founding = [];
let place = 0; // index of the entry that is judged
const newer = []; // entries that are not judged, because they are newer than this page

// Faults that an act which is not judged could explain: it may have brought a key, an appointment, a seat.
const EXPLAINED = /^(key-(unknown|state|period)|appointment|scope|seat|authority)$/;
let doubted; // index of the last entry of which such a fault was left out

/** A fault of the entry that is judged; gives no keys. A field that begins with a dot is the statement's. */
function accuse(code, field, expected, found) {
	if (newer[0] && EXPLAINED.test(code)) { doubted = place; return []; }
	fault(code, place, field.replace(/^\./, "statement."), expected, found, {level: "L2"});
	return [];
}

/** A member of a body that must be text. */
function textOf(body, name, otherwise) {
	const value = body[name] ?? otherwise;
	bodyMust(isText(value), name, "text", JSON.stringify(value));
	return value;
}

/** Day of an instant in the ledger's zone; null where this browser does not know the zone. */
function dayOf(recordedAt) {
	const minute = recordedAt.slice(0, 16), instant = Date.parse(recordedAt);
	if (!calendar) return null;
	if (!days.has(minute)) days.set(minute, Number.isNaN(instant) ? recordedAt.slice(0, 10) : calendar.format(instant));
	return days.get(minute);
}

/** Is neither this act nor entry 0, which says whose the first keys are, newer than this page? */
const canJudge = ({type, schema}) => schema <= 3 && KNOWN_ACTS.has(type) && newer[0]?.index !== 0;

/** Rules 2 to 6; of an act that is newer its keys. Gives the key of each signature; fewer where one is not known. */
function checkAuthority(entry) {
	const {index, signatures, statement} = entry, {type, actor} = statement, judged = canJudge(statement);
	if (!judged) newer.push({index, type});
	if (judged && type === "LedgerOpened") return checkFounders(entry);
	if (judged && signatures.length > 1) return accuse("signature-count", "signatures", 1, signatures.length);
	if (judged && type === "KeyRegistered") return checkRegistration(statement, signatures[0].key);
	if (/^(LedgerOpened|KeyRegistered)$/.test(type) || newer[0]?.index === 0) return [];
	const found = [];
	for (const [i, {key: name}] of signatures.entries()) {
		const key = keys.get(name), where = `signatures[${i}].key`;
		if (!key) {
			accuse("key-unknown", where, "", name);
			break;
		}
		found.push(key);
		checkState(entry, key, where);
		if (!judged && (signatures.length > 1 || !actor.party)) continue;
		checkActor(actor, key.party, key.appointment);
		if (judged) (key.appointment === null ? checkRoot(entry, key) : checkRepresentative(entry, key));
	}
	return found;
}

function checkFounders({index, signatures, statement: {body, actor}}) {
	if (index) return accuse("directory", ".type", "", "LedgerOpened");
	const roots = parsed(() => foundersOf(body).map(founder => founder.key), "directory", 0, "statement", "L2");
	if (!roots) return [];
	const wanted = roots.map(key => key.id).join(), named = signatures.map(one => one.key).join();
	if (wanted !== named) accuse("signature-count", "signatures", wanted, named);
	if (names(actor) !== "capacity") accuse("actor", ".actor", "founders", actor.capacity);
	return wanted === named ? roots : [];
}

function foundersOf({founders}) {
	bodyMust(Array.isArray(founders) && founders.length && founders.every(isObject), "founders");
	return founders.map(({party, root}) => {
		bodyMust(isObject(root), "founders.root");
		return {party, key: parseKey(root)};
	});
}

function checkRegistration({body, actor}, name) {
	const key = parsed(() => parseKey(body), "directory", place, "statement", "L2");
	if (!key) return [];
	if (name !== key.id || body.key !== key.id || keys.has(name)) {
		return accuse("directory", ".body.key", keys.has(name) ? "" : key.id, name);
	}
	const appointment = body.appointment ?? null, held = appointments.get(appointment);
	if (appointment !== null && (!held || held.revoked || held.party !== body.party)) {
		accuse("appointment", ".body.appointment", "", appointment);
	} else checkActor(actor, body.party, appointment);
	return [key];
}

/** Is the actor the one that a key of this party and appointment belongs to? Members stand in canonical order. */
function checkActor(actor, party, appointment) {
	const {capacity, person} = appointments.get(appointment) ?? {};
	const holder = appointment === null ? {capacity: "root", party} : {appointment, capacity, party, person};
	const [expected, found] = [holder, actor].map(one => JSON.stringify(one));
	if (expected !== found) accuse("actor", ".actor", expected, found);
}

const isOutside = (day, {from, until}) => day && (day < from || day > until);
const period = ({from, until}) => `${from} – ${until}`;

function checkState({recorded_at: recordedAt}, key, where) {
	const day = dayOf(recordedAt);
	if (key.state !== "active") accuse("key-state", where, "active", key.state);
	else if (isOutside(day, key)) accuse("key-period", "recorded_at", period(key), day);
}

function checkRepresentative({recorded_at: recordedAt, statement: {type, body, schema, stream}}, key) {
	const held = appointments.get(key.appointment), own = body.key === key.id;
	if (ROOT_ACTS[type]) accuse("root-act", ".type", "root", type);
	if (held.revoked || isOutside(dayOf(recordedAt), held)) {
		accuse("appointment", ".actor.appointment", "", held.revoked ? "revoked" : period(held));
	}
	if (!held.scope.includes(type) && !(type === "KeyRevoked" && own)) accuse("scope", ".type", held.scope, type);
	const asksSeat = schema > 1 ? /^(decision)\// : /^(agreement|decision)\//; // from edition 2 on, agreements ask the law (L3)
	if (asksSeat.test(stream) && !isSeated(key.party)) accuse("seat", ".actor.party", "", key.party);
	if (["KeyRotated", "KeyRevoked"].includes(type) && !own) accuse("authority", ".body.key", key.id, body.key);
}

/** A root acts for its own party. */
function checkRoot({recorded_at: recordedAt, statement: {type, body, schema, actor: {party}}}, signer) {
	const key = keys.get(body.key), member = ROOT_ACTS[type] ?? SHARED_ACTS[type];
	if (member === undefined) return accuse("root-act", ".type", "", type);
	if (!member || (type === "KeyRevoked" && key === signer)) return;
	const owner = {party: body.party, appointment: appointments.get(body.appointment)?.party, key: key?.party}[member];
	const founds = type === "KeyEndorsed" && key && mayFound(party, key, schema > 1, dayOf(recordedAt) ?? FOREVER);
	if (owner !== party && !founds) accuse("authority", ".body." + member, party, owner);
}

const rootsOf = party => [...keys.values()].filter(key => key.party === party && key.appointment === null && key.state === "active");

/** A founder may endorse the root of a party that has none, of a founder since edition 2; else it could speak for it. */
function mayFound(founder, {party, appointment}, later, day) {
	return appointment === null && founding.includes(founder) && (later || !founding.includes(party))
		&& !rootsOf(party).some(({until}) => !later || until >= day);
}

/** Counts a founder's word for another founder's root: is no other founder with an active root awaited? */
function restores(key, body, party, day) {
	if (key.appointment !== null || party === key.party || !founding.includes(key.party)) return true;
	const text = JSON.stringify(body);
	proposed.push(text + party);
	return founding.every(one => one === key.party || proposed.includes(text + one) || !rootsOf(one).some(root => !isOutside(day, root)));
}

function isSeated(party) {
	return [...bodies.values()].some(({members, withdrawn}) => members.includes(party) && !withdrawn.has(party));
}

/** Takes in an entry's effect; only for entries with which nothing is wrong. */
function applyEffect({index, leaf, recorded_at: recordedAt, signatures, statement}) {
	if (canJudge(statement) && doubted !== index) {
		// Joint entries agree on all but where each party knows it from, since the second edition of the law.
		const {body, schema} = statement, agreed = schema > 1 ? {...body, provenance: undefined} : body;
		EFFECTS[statement.type]?.(agreed, statement.actor, schema, dayOf(recordedAt));
	}
	if (signatures.length === 1) keys.get(signatures[0].key)?.signed.push([index, dayOf(recordedAt) ?? "", hex(leaf)]);
}

function addKey(key, party, appointment, state) {
	keys.set(key.id, Object.assign(key, {party, appointment, state, from: "", until: FOREVER, signed: []}));
}

function keyOf(body) {
	const key = keys.get(textOf(body, "key"));
	bodyMust(key, "key", "", body.key);
	return key;
}

const seatsOf = body => bodies.get(String(body.governance_body));

const EFFECTS = {
	LedgerOpened(body) {
		logKey = textOf(body, "log_key");
		logCosigner = body.log_cosigner;
		zone = textOf(body, "timezone");
		try {
			calendar = new Intl.DateTimeFormat("sv-SE", {timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit"});
		} catch { calendar = null; }
		const founders = foundersOf(body);
		founding = founders.map(founder => textOf(founder, "party"));
		for (const {party, key} of founders) addKey(key, party, null, "active");
	},
	RepresentativeAppointed(body) {
		const name = textOf(body, "appointment"), {scope} = body;
		bodyMust(!appointments.has(name), "appointment", "", name);
		bodyMust(Array.isArray(scope), "scope");
		const [party, person, capacity, from] = ["party", "person", "capacity", "valid_from"].map(member => textOf(body, member));
		appointments.set(name, {party, person, capacity, from, until: textOf(body, "valid_until", FOREVER), scope});
	},
	RepresentativeRevoked(body) { appointments.get(body.appointment).revoked = true; },
	KeyRegistered(body) { addKey(parseKey(body), textOf(body, "party"), body.appointment ?? null, "pending"); },
	KeyEndorsed(body, {party}, schema, day) {
		const key = keyOf(body);
		bodyMust(key.state === "pending", "key", "pending", key.state);
		if (!restores(key, body, party, day)) return;
		Object.assign(key, {from: textOf(body, "valid_from"), until: textOf(body, "valid_until", FOREVER), state: "active"});
	},
	KeyRotated(body) { keyOf(body).state = "retired"; },
	KeyRevoked(body) {
		const key = keyOf(body);
		if (key.state !== "compromised") key.state = "revoked";
	},
	KeyCompromised(body) {
		const key = keyOf(body), since = textOf(body, "compromised_since").split("/")[0];
		key.state = "compromised";
		// A coarser date is a prefix of its days, and sorts before all of them.
		for (const [index, day, leaf] of key.signed) if (since === ".." || day >= since) suspects.set(leaf, {code: "suspect", index});
	},
	SignatureReaffirmed(body) {
		const target = textOf(body, "target"), suspect = suspects.get(target);
		if (textOf(body, "verdict") === "affirmed") suspects.delete(target);
		else if (suspect) suspect.code = "disowned";
	},
	GovernanceBodyEstablished(body, {party}, schema) {
		const text = JSON.stringify(body), members = Array.isArray(body.members) ? body.members : [];
		if (seatsOf(body)) return;
		proposed.push(text + party);
		if (members.length && members.every(member => proposed.includes(text + member))) {
			bodies.set(String(body.governance_body), {members, withdrawn: new Set(), returning: new Map()});
			if (schema > 1) bodies.delete(body.predecessor);
		}
	},
	PartyWithdrew(body, {party}) {
		seatsOf(body)?.withdrawn.add(party);
		seatsOf(body)?.returning.delete(party);
	},
	PartyReturned(body, {party, capacity}, schema) {
		const {members, withdrawn, returning} = seatsOf(body) ?? {}, name = String(body.party), text = JSON.stringify(body);
		if (!members) return;
		if (capacity === "root" && party === name && withdrawn.has(party)) returning.set(party, {text, by: new Set()});
		const joint = returning.get(name);
		if (joint?.text !== text) return;
		joint.by.add(party);
		if (schema > 1 || members.every(member => joint.by.has(member) || (withdrawn.has(member) && member !== name))) {
			withdrawn.delete(name);
			returning.delete(name);
		}
	},
};
