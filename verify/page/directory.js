// Who may sign what, folded from the entries (SPEC §7). An entry without authority changes nothing here.
const ROOT_ACTS = ["MemberOrganizationJoined", "MemberOrganizationLeft", "RepresentativeAppointed", "RepresentativeRevoked",
	"KeyEndorsed", "KeyCompromised", "PartyWithdrew"];
const EITHER_ACTS = ["PartyRegistered", "PartyReturned", "KeyRevoked", "CorrectionRecorded"];
const OWN_PARTY_ACTS = ["PartyRegistered", "PartyReturned", "MemberOrganizationJoined", "MemberOrganizationLeft",
	"RepresentativeAppointed", "PartyWithdrew"];
const FOREVER = "9999-12-31";

/** A member of a body that must be text. */
function textOf(body, name, otherwise) {
	const value = body[name] ?? otherwise;
	must(isText(value), "directory", `statement.body.${name}`, "text", JSON.stringify(value));
	return value;
}

class Directory {
	keys = new Map();
	appointments = new Map();
	proposed = [];
	bodies = new Map();
	suspects = new Map();
	days = new Map();
	calendar = null;
	/** Day of an instant in the ledger's zone; null where this browser does not know the zone. */
	day(recordedAt) {
		const minute = recordedAt.slice(0, 16), instant = Date.parse(recordedAt);
		if (!this.days.has(minute)) {
			const day = Number.isNaN(instant) ? recordedAt.slice(0, 10) : this.calendar?.format(instant);
			this.days.set(minute, this.calendar ? day : null);
		}
		return this.days.get(minute);
	}
	/** Rules 2 to 6. Gives the key of each signature; fewer where one is not known. */
	check(entry, fault) {
		const {index, signatures, statement: {type}} = entry, name = signatures[0].key;
		if (type === "LedgerOpened") return this.checkGenesis(entry, fault);
		if (signatures.length > 1) { fault("signature-count", "signatures", 1, signatures.length); return []; }
		if (type === "KeyRegistered") return this.checkRegistration(entry, name, fault);
		const key = this.keys.get(name);
		if (!key) { fault("key-unknown", "signatures[0].key", "", name); return []; }
		this.checkKey(entry, key, fault);
		if (key.appointment === null) this.checkRoot(entry, key, fault); else this.checkRepresentative(entry, key, fault);
		return [key];
	}
	checkGenesis({index, signatures, statement: {body, actor}}, fault) {
		if (index) { fault("directory", "statement.type", "", "LedgerOpened"); return []; }
		const roots = attempt(() => this.founders(body).map(founder => founder.key), error => { fault("directory", error.field, error.expected, error.found); });
		if (!roots) return [];
		const wanted = roots.map(key => key.id).join(), named = signatures.map(one => one.key).join();
		if (wanted !== named) fault("signature-count", "signatures", wanted, named);
		if (names(actor) !== "capacity") fault("actor", "statement.actor", "founders", actor.capacity);
		return wanted === named ? roots : [];
	}
	founders({founders}) {
		must(Array.isArray(founders) && founders.length && founders.every(isObject), "directory", "statement.body.founders");
		return founders.map(({party, root}) => {
			must(isObject(root), "directory", "statement.body.founders.root");
			return {party, key: parseKey(root)};
		});
	}
	checkRegistration({statement: {body, actor}}, name, fault) {
		const key = attempt(() => parseKey(body), error => { fault("directory", error.field, error.expected, error.found); });
		if (!key) return [];
		if (name !== key.id || body.key !== key.id || this.keys.has(name)) {
			fault("directory", "statement.body.key", this.keys.has(name) ? "" : key.id, name);
			return [];
		}
		const appointment = body.appointment ?? null, held = this.appointments.get(appointment);
		if (appointment !== null && (!held || held.revoked || held.party !== body.party)) {
			fault("appointment", "statement.body.appointment", "", appointment);
		} else this.checkActor(actor, this.holder(body.party, appointment), fault);
		return [key];
	}
	/** The actor that a key of this party and appointment belongs to, in canonical order. */
	holder(party, appointment) {
		if (appointment === null) return {capacity: "root", party};
		const {capacity, person} = this.appointments.get(appointment);
		return {appointment, capacity, party, person};
	}
	checkActor(actor, holder, fault) {
		const [expected, found] = [holder, actor].map(one => JSON.stringify(one));
		if (expected !== found) fault("actor", "statement.actor", expected, found);
	}
	checkKey({recorded_at: recordedAt, statement}, key, fault) {
		const day = this.day(recordedAt);
		if (key.state !== "active") fault("key-state", "signatures[0].key", "active", key.state);
		else if (day && (day < key.from || day > key.until)) fault("key-period", "recorded_at", `${key.from} – ${key.until}`, day);
		this.checkActor(statement.actor, this.holder(key.party, key.appointment), fault);
	}
	checkRepresentative({recorded_at: recordedAt, statement: {type, body, stream}}, key, fault) {
		const held = this.appointments.get(key.appointment), day = this.day(recordedAt), own = body.key === key.id;
		if (ROOT_ACTS.includes(type)) fault("root-act", "statement.type", "root", type);
		if (held.revoked || (day && (day < held.from || day > held.until))) {
			fault("appointment", "statement.actor.appointment", "", held.revoked ? "revoked" : `${held.from} – ${held.until}`);
		}
		if (!held.scope.includes(type) && !(type === "KeyRevoked" && own)) fault("scope", "statement.type", held.scope, type);
		if (/^(agreement|decision)\//.test(stream) && !this.isSeated(key.party)) fault("seat", "statement.actor.party", "", key.party);
		if (["KeyRotated", "KeyRevoked"].includes(type) && !own) fault("authority", "statement.body.key", key.id, body.key);
	}
	/** A root acts for its own party. */
	checkRoot({statement: {type, body, actor}}, signer, fault) {
		if (!ROOT_ACTS.includes(type) && !EITHER_ACTS.includes(type)) return fault("root-act", "statement.type", "", type);
		if (type === "CorrectionRecorded" || (type === "KeyRevoked" && body.key === signer.id)) return;
		const key = this.keys.get(body.key), place = OWN_PARTY_ACTS.includes(type) ? "party" : type === "RepresentativeRevoked" ? "appointment" : "key";
		const owner = {party: body.party, appointment: this.appointments.get(body.appointment)?.party, key: key?.party}[place];
		const founds = type === "KeyEndorsed" && key && this.mayFound(actor.party, key);
		if (owner !== actor.party && !founds) fault("authority", `statement.body.${place}`, actor.party, owner);
	}
	/** A founder may endorse the first root of a party that is no founder; else it could speak for it. */
	mayFound(founder, root) {
		const isRoot = key => key.party === root.party && key.appointment === null && key.state === "active";
		return root.appointment === null && this.founding.includes(founder) && !this.founding.includes(root.party)
			&& ![...this.keys.values()].some(isRoot);
	}
	isSeated(party) {
		return [...this.bodies.values()].some(({members, withdrawn}) => members.includes(party) && !withdrawn.has(party));
	}
	/** Takes in an entry's effect; only for entries whose `check` found nothing. */
	apply(entry) {
		const {type, body, actor} = entry.statement;
		if (Object.hasOwn(EFFECTS, type)) EFFECTS[type](this, body, actor);
		if (entry.signatures.length === 1) this.keys.get(entry.signatures[0].key)?.signed.push([entry.index, this.day(entry.recorded_at) ?? "", hex(entry.leaf)]);
	}
	add(key, party, appointment, state) {
		this.keys.set(key.id, Object.assign(key, {party, appointment, state, from: "", until: FOREVER, signed: []}));
	}
	key(body) {
		must(this.keys.has(textOf(body, "key")), "directory", "statement.body.key", "", body.key);
		return this.keys.get(body.key);
	}
}

const EFFECTS = {
	LedgerOpened(directory, body) {
		directory.logKey = textOf(body, "log_key");
		directory.logCosigner = body.log_cosigner ?? null;
		directory.zone = textOf(body, "timezone");
		try {
			directory.calendar = new Intl.DateTimeFormat("sv-SE", {timeZone: directory.zone, year: "numeric", month: "2-digit", day: "2-digit"});
		} catch { directory.calendar = null; }
		const founders = directory.founders(body);
		directory.founding = founders.map(founder => textOf(founder, "party"));
		for (const {party, key} of founders) directory.add(key, party, null, "active");
	},
	RepresentativeAppointed({appointments}, body) {
		const name = textOf(body, "appointment");
		must(!appointments.has(name), "directory", "statement.body.appointment", "", name);
		must(Array.isArray(body.scope), "directory", "statement.body.scope");
		const [party, person, capacity, from] = ["party", "person", "capacity", "valid_from"].map(member => textOf(body, member));
		appointments.set(name, {party, person, capacity, from, until: textOf(body, "valid_until", FOREVER), scope: body.scope, revoked: false});
	},
	RepresentativeRevoked({appointments}, body) { appointments.get(body.appointment).revoked = true; },
	KeyRegistered(directory, body) { directory.add(parseKey(body), textOf(body, "party"), body.appointment ?? null, "pending"); },
	KeyEndorsed(directory, body) {
		const key = directory.key(body);
		must(key.state === "pending", "directory", "statement.body.key", "pending", key.state);
		Object.assign(key, {from: textOf(body, "valid_from"), until: textOf(body, "valid_until", FOREVER), state: "active"});
	},
	KeyRotated(directory, body) { directory.key(body).state = "retired"; },
	KeyRevoked(directory, body) {
		const key = directory.key(body);
		if (key.state !== "compromised") key.state = "revoked";
	},
	KeyCompromised(directory, body) {
		const key = directory.key(body), since = textOf(body, "compromised_since").split("/")[0];
		key.state = "compromised";
		// A coarser date is a prefix of its days, and sorts before all of them.
		for (const [index, day, leaf] of key.signed) if (since === ".." || day >= since) directory.suspects.set(leaf, {code: "suspect", index});
	},
	SignatureReaffirmed({suspects}, body) {
		const target = textOf(body, "target"), suspect = suspects.get(target);
		if (textOf(body, "verdict") === "affirmed") suspects.delete(target);
		else if (suspect) suspect.code = "disowned";
	},
	GovernanceBodyEstablished({proposed, bodies}, body, {party}) {
		const name = String(body.governance_body), text = JSON.stringify(body);
		if (bodies.has(name)) return;
		proposed.push(text + party);
		const members = Array.isArray(body.members) ? body.members : [];
		if (members.length && members.every(member => proposed.includes(text + member))) {
			bodies.set(name, {members, withdrawn: new Set(), returning: new Map()});
		}
	},
	PartyWithdrew({bodies}, body, {party}) {
		bodies.get(String(body.governance_body))?.withdrawn.add(party);
		bodies.get(String(body.governance_body))?.returning.delete(party);
	},
	PartyReturned({bodies}, body, {party, capacity}) {
		const seats = bodies.get(String(body.governance_body)), returning = String(body.party), text = JSON.stringify(body);
		if (!seats) return;
		if (capacity === "root" && party === returning && seats.withdrawn.has(party)) seats.returning.set(party, {text, by: new Set()});
		const joint = seats.returning.get(returning);
		if (joint?.text !== text) return;
		joint.by.add(party);
		if (seats.members.every(member => joint.by.has(member) || (seats.withdrawn.has(member) && member !== returning))) {
			seats.withdrawn.delete(returning);
			seats.returning.delete(returning);
		}
	},
};
