// Forms (SPEC §2, §3). Members of canonical objects come sorted, so their names compare as one text.
const matches = pattern => value => typeof value === "string" && pattern.test(value);
const isHash = matches(/^[0-9a-f]{64}$/), isCount = value => Number.isSafeInteger(value) && value >= 0;
const isObject = value => typeof value === "object" && value !== null && !Array.isArray(value);
const isText = value => typeof value === "string", names = value => isObject(value) ? Object.keys(value).join() : "";
const isIdentifier = matches(/^[a-z0-9][a-z0-9._-]{0,63}$/), hasBytes = value => Boolean(base64(value));
const MOMENT = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{3})?Z$/;
const isMoment = value => MOMENT.test(value) && value.length === 20, isMillisecond = value => MOMENT.test(value) && value.length === 24;

// The members of an actor, and which capacity goes with them.
const ACTOR = /^(appointment,capacity,party,person:(?!(root|founders)$)|capacity,party:root$|capacity:founders$)/;
const isActor = actor => ACTOR.test(`${names(actor)}:${actor?.capacity}`) && Object.values(actor).every(isIdentifier);

const STATEMENT = {
	actor: isActor, body: isObject, id: matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
	ledger: value => isText(value) && value !== "" && [...value].length <= 200, mode: matches(/^(live|historical)$/),
	occurred_on: matches(/^[0-9./-]{4,32}$/), schema: value => isCount(value) && value >= 1 && value <= 65535,
	seen: value => names(value) === "root,size" && isHash(value.root) && isCount(value.size), signed_at: isMoment,
	stream: matches(/^([a-z]{3,32}\/[a-z0-9][a-z0-9._-]{0,129}|ledger)$/), type: matches(/^[A-Z][A-Za-z]{2,63}$/),
};

const SIGNATURE = {authenticator_data: hasBytes, client_data: hasBytes, key: isHash, sig: hasBytes};
const isSignature = value => ["authenticator_data,client_data,key,sig", "key,sig"].includes(names(value))
	&& Object.entries(value).every(([name, item]) => SIGNATURE[name](item));

const ENTRY = {
	index: isCount, previous: isHash, recorded_at: isMillisecond,
	signatures: value => Array.isArray(value) && value.length >= 1 && value.length <= 16 && value.every(isSignature),
	statement: value => names(value) === names(STATEMENT), v: value => value === 1,
};

function checkMembers(value, form, prefix) {
	for (const name in form) if (!form[name](value[name])) throw new Malformed("form", prefix + name, "", JSON.stringify(value[name]));
}

/** An entry from its bytes, with the statement's text and size, and the leaf hash. */
function parseEntry(bytes) {
	must(bytes.length <= MAX_ENTRY, "too-large", "entry", MAX_ENTRY, bytes.length);
	const {value, text} = parseCanonical(bytes);
	must(names(value) === names(ENTRY), "member", "entry", names(ENTRY), names(value));
	checkMembers(value, ENTRY, "");
	checkMembers(value.statement, STATEMENT, "statement.");
	// All before the statement is ASCII without this mark, so its first place in the text is that in the bytes.
	const start = text.indexOf(',"statement":') + 13, size = bytes.length - 7 - start;
	must(size <= 32768, "too-large", "statement", 32768, size);
	value.text = text.slice(start, -7);
	value.size = size;
	value.leaf = leafHash(bytes);
	return value;
}

function leafHash(bytes) {
	const leaf = new Uint8Array(bytes.length + 1);
	leaf.set(bytes, 1);
	return sha256(leaf);
}

/** What is signed (DSSE): the statement's bytes, which are those of its text, with their type and size. */
function pae({text, size}) {
	const type = "application/vnd.constancia.statement.v1+json";
	return utf8(`DSSEv1 ${type.length} ${type} ${size} ${text}`);
}
