"""Who may sign what at an index: keys, appointments and seats folded from the log itself (SPEC §7).

- D1: an entry is judged from the entries before it only; what comes later never changes a judgement.
- D2: authorship does not depend on the act's type, but for the types that make the directory itself.
- D3: an entry without authority changes nothing here; so a forged endorsement gives no power. Where only the
  signature's bytes fail (found out later, by other threads) the effect remains, so that one flipped bit is
  reported as one fault.
- D4: an act newer than this verifier is not judged, and never a fault; it has no effect here. From it on, faults of
  authority that it could explain are not judged either: it may have brought a key, an appointment or a seat.

It does not judge whether an act was legal otherwise (states, versions, votes): that is the domain's work.
"""

from collections.abc import Callable, Mapping, Set
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, NamedTuple

from constancia.verify.core.authorship import powers
from constancia.verify.core.authorship.mandates import FOREVER, Mandate, RegisteredKey
from constancia.verify.core.authorship.seats import Seats
from constancia.verify.core.errors import Malformed, must
from constancia.verify.core.formats.entry import Entry
from constancia.verify.core.formats.signatures import PublicKey, decode_base64, load_public_key
from constancia.verify.core.formats.statement import Statement
from constancia.verify.core.report import Fault, shown


class Unjudged(NamedTuple):
    """Entries that are not judged, because they are newer (D4): index and type of the first, how many there are."""

    first: int
    type: str
    number: int


# Faults that an act which is not judged could explain: it may have brought a key, an appointment, a seat.
EXPLAINED: Final = frozenset(["key-unknown", "key-state", "key-period", "appointment", "scope", "seat", "authority"])
_SEATING: Final = ("GovernanceBodyEstablished", "PartyWithdrew", "PartyReturned")
# The state of a key after each act that ends its use.
_ENDS: Final = {"KeyRotated": "retired", "KeyRevoked": "revoked", "KeyCompromised": "compromised"}


class Directory:
    """The directory at the head of a growing log. `load_zone` gives a time zone by its IANA name; None if unknown."""

    def __init__(self, load_zone: Callable[[str], tzinfo | None]) -> None:
        # The second: whether an explained fault of the entry that was just checked was left out.
        self._load_zone, self._is_doubted = load_zone, False
        self.zone: tzinfo | None = None
        self.zone_name = ""
        self.log_key: str | None = None
        self.log_cosigner: object = None
        self.keys: dict[str, RegisteredKey] = {}
        self.appointments: dict[str, Mandate] = {}
        self.founders: frozenset[str] = frozenset()
        self.seats = Seats()
        self.unjudged: Unjudged | None = None
        self._effects: Mapping[str, Callable[[Entry], None]] = {
            "LedgerOpened": self._open, "RepresentativeAppointed": self._appoint,
            "RepresentativeRevoked": self._end_appointment, "KeyRegistered": self._register,
            "KeyEndorsed": self._endorse, "SignatureReaffirmed": self._reaffirm, **dict.fromkeys(_ENDS, self._end_key),
            **dict.fromkeys(_SEATING, lambda entry: self.seats.apply(entry.statement)),
        }  # fmt: skip

    def set_zone(self, name: str) -> None:
        """Set the ledger's time zone; one whose rules are not known leaves the days unknown."""
        self.zone_name, self.zone = name, self._load_zone(name)

    def day_of(self, recorded_at: str) -> str | None:
        """Give the day of an instant in the ledger's zone, `YYYY-MM-DD`; None where the zone is unknown."""
        if self.zone is None:
            return None
        try:
            instant = datetime.fromisoformat(recorded_at[:16]).replace(tzinfo=UTC)
            return instant.astimezone(self.zone).date().isoformat()
        except (ValueError, OverflowError):
            return recorded_at[:10]

    def check(self, entry: Entry) -> tuple[list[Fault], list[PublicKey]]:
        """Judge the next entry's authorship, but for the signatures' bytes.

        Returns:
            Faults, and the key of each signature in order; fewer keys where one is not known.

        Source: ours: SPEC §7, rules 2 to 6.
        """
        if self._can_judge(entry):
            faults, keys = self._check_known(entry)
        else:
            first = self.unjudged or Unjudged(entry.index, entry.statement.type, 0)
            self.unjudged = first._replace(number=first.number + 1)
            faults, keys = self._check_newer(entry) if first.first else ([], [])
        sure = faults if self.unjudged is None else [fault for fault in faults if fault.code not in EXPLAINED]
        self._is_doubted = len(sure) < len(faults)
        return sure, keys

    def _can_judge(self, entry: Entry) -> bool:
        """Tell whether neither an act nor entry 0, which says whose the first keys are, is newer than this verifier."""
        return not powers.is_newer(entry.statement) and (self.unjudged is None or self.unjudged.first > 0)

    def _check_newer(self, entry: Entry) -> tuple[list[Fault], list[PublicKey]]:
        """Give the keys of an act that is newer, as far as they are known; a key that is known is the actor's."""
        faults, keys = list[Fault](), list[PublicKey]()
        if powers.SIGNER_OF.get(entry.statement.type) in ("founders", "self"):
            return faults, keys  # the body, which can't be read, holds the keys
        for signature in entry.signatures:
            key = self.keys.get(signature.key)
            if key is None:
                break
            keys.append(key.public)
            if len(entry.signatures) == 1 and "party" in entry.statement.actor:
                faults += _check_actor(entry, key.actor)
        return faults, keys

    def _check_known(self, entry: Entry) -> tuple[list[Fault], list[PublicKey]]:
        if entry.statement.type == "LedgerOpened":
            return self._check_genesis(entry)
        if len(entry.signatures) != 1:
            return _fault(entry, "signature-count", "signatures", 1, len(entry.signatures)), []
        name = entry.signatures[0].key
        if entry.statement.type == "KeyRegistered":
            return self._check_registration(entry, name)
        key = self.keys.get(name)
        if key is None:
            return _fault(entry, "key-unknown", "signatures[0].key", "a registered key", name), []
        faults = self._check_state(entry, key) + _check_actor(entry, key.actor) + self._check_power(entry, key)
        return faults, [key.public]

    def apply(self, entry: Entry) -> None:
        """Take in an entry's effect. Only for entries whose `check` found nothing.

        Raises:
            Malformed: The body of one of the directory's own types lacks what the directory needs.
        """
        effect = self._effects.get(entry.statement.type)
        if effect is not None and self._can_judge(entry) and not self._is_doubted:
            effect(entry)

    def _check_genesis(self, entry: Entry) -> tuple[list[Fault], list[PublicKey]]:
        if entry.index != 0:
            return _fault(entry, "directory", "statement.type", "not LedgerOpened", "LedgerOpened"), []
        try:
            roots = [_founder_key(founder) for founder in _founders(entry.statement)]
        except Malformed as error:
            return _fault(entry, "directory", f"statement.{error.where}", error.expected, error.found), []
        wanted, named = [root.key_id for root in roots], [signature.key for signature in entry.signatures]
        faults = [] if named == wanted else _fault(entry, "signature-count", "signatures", wanted, named)
        if entry.statement.actor != {"capacity": "founders"}:
            faults += _fault(entry, "actor", "statement.actor", "founders", dict(entry.statement.actor))
        return faults, roots if named == wanted else []

    def _check_registration(self, entry: Entry, name: str) -> tuple[list[Fault], list[PublicKey]]:
        body, where = entry.statement.body, "statement.body.key"
        try:
            public = _public_key(body)
        except Malformed as error:
            return _fault(entry, "directory", f"statement.{error.where}", error.expected, error.found), []
        if name != public.key_id or body.get("key") != public.key_id:
            return _fault(entry, "directory", where, public.key_id, name), []
        if name in self.keys:
            return _fault(entry, "directory", where, "a new key", name), []
        holder = self._holder(body.get("party"), body.get("appointment"))
        if holder is None:
            where = "statement.body.appointment"
            return _fault(entry, "appointment", where, "one in force", body.get("appointment")), [public]
        return _check_actor(entry, holder), [public]

    def _holder(self, party: object, appointment: Any) -> dict[str, str] | None:
        """Give the actor that a key of this party and appointment belongs to."""
        if appointment is None:
            return {"capacity": "root", "party": str(party)}
        record = self.appointments.get(appointment) if isinstance(appointment, str) else None
        if record is None or record.revoked or record.party != party:
            return None
        return {"appointment": appointment, "capacity": record.capacity, "party": record.party, "person": record.person}

    def _check_state(self, entry: Entry, key: RegisteredKey) -> list[Fault]:
        """SPEC §7 rule 2: the key is active, and the day within its period."""
        day = self.day_of(entry.recorded_at)
        if key.state != "active":
            return _fault(entry, "key-state", "signatures[0].key", "active", key.state)
        if day is None or key.valid_from <= day <= key.valid_until:
            return []
        return _fault(entry, "key-period", "recorded_at", f"{key.valid_from} to {key.valid_until}", day)

    def _check_mandate(self, entry: Entry, record: Mandate) -> list[Fault]:
        """SPEC §7 rule 4: a representative's appointment is in force."""
        if record.is_in_force(self.day_of(entry.recorded_at)):
            return []
        validity = "revoked" if record.revoked else f"{record.valid_from} to {record.valid_until}"
        return _fault(entry, "appointment", "statement.actor.appointment", "in force", validity)

    def _check_power(self, entry: Entry, key: RegisteredKey) -> list[Fault]:
        """SPEC §7 rules 4 to 6: the act is one that this key may sign."""
        statement, kind = entry.statement, entry.statement.type
        is_own = statement.body.get("key") == key.public.key_id
        if key.appointment is None:
            if kind not in powers.ROOT_ACTS and kind not in powers.EITHER_ACTS:
                return _fault(entry, "root-act", "statement.type", "an act of a root", kind)
            return [] if is_own and kind == "KeyRevoked" else self._check_object(entry)
        faults, record = list[Fault](), self.appointments[key.appointment]
        if kind in powers.ROOT_ACTS:
            faults += _fault(entry, "root-act", "statement.type", "a root's key", "a representative's")
        faults += self._check_mandate(entry, record)
        if kind not in record.scope and not (is_own and kind == "KeyRevoked"):
            faults += _fault(entry, "scope", "statement.type", "a type in the scope", kind)
        is_seated = self.seats.is_seated(key.party)
        if statement.stream.startswith(powers.SEATED_STREAMS[statement.schema]) and not is_seated:
            faults += _fault(entry, "seat", "statement.actor.party", "a seated party", key.party)
        if kind in powers.OWN_KEY_ACTS and not is_own:
            faults += _fault(entry, "authority", "statement.body.key", "the signing key", "another")
        return faults

    def _check_object(self, entry: Entry) -> list[Fault]:
        """SPEC §7 rule 5: a root acts for its own party; a founder's root also endorses others' first root."""
        body, party, kind = entry.statement.body, entry.statement.actor.get("party"), entry.statement.type
        place = powers.OBJECT_OF.get(kind)
        owner = body.get(place) if place else party
        if place in ("appointment", "key"):
            named = self.appointments.get(str(owner)) if place == "appointment" else self.keys.get(str(owner))
            if kind == "KeyEndorsed" and isinstance(named, RegisteredKey) and self._may_found(entry, str(party), named):
                return []
            owner = None if named is None else named.party
        return [] if owner == party else _fault(entry, "authority", f"statement.body.{place}", f"one of {party}", owner)

    def _may_found(self, entry: Entry, founder: str, root: RegisteredKey) -> bool:
        """Tell whether a founder may endorse another party's root; else it could make itself one, and speak for it."""
        later = entry.statement.schema > 1
        if root.appointment is not None or founder not in self.founders or (root.party in self.founders and not later):
            return False
        day = (self.day_of(entry.recorded_at) or FOREVER) if later else ""
        return not any(other.valid_until >= day for other in self._roots({root.party}))

    def _roots(self, parties: Set[str]) -> list[RegisteredKey]:
        roots = (key for key in self.keys.values() if key.appointment is None and key.state == "active")
        return [root for root in roots if root.party in parties]

    def _are_awaited(self, entry: Entry, key: RegisteredKey) -> bool:
        """Tell whether other founders restore a founder, and one that has a root has not said so yet."""
        if key.appointment is not None or key.party not in self.founders - {entry.statement.actor.get("party", "")}:
            return False
        day, others = self.day_of(entry.recorded_at) or "", self.founders - self.seats.join(entry.statement)[1]
        return any(root.valid_from <= day <= root.valid_until for root in self._roots(others - {key.party}))

    def _open(self, entry: Entry) -> None:
        body, listed = entry.statement.body, _founders(entry.statement)
        self.log_key, self.log_cosigner = _text(body, "log_key"), body.get("log_cosigner")
        self.set_zone(_text(body, "timezone"))
        self.founders = frozenset(_text(founder, "party") for founder in listed)
        for founder in listed:
            party, public = founder["party"], _founder_key(founder)
            actor = {"capacity": "root", "party": party}
            key = RegisteredKey(public=public, party=party, appointment=None, actor=actor, state="active")
            self.keys[public.key_id] = key

    def _appoint(self, entry: Entry) -> None:
        body, scope = entry.statement.body, entry.statement.body.get("scope")
        name = _text(body, "appointment")
        must(name not in self.appointments, "directory", "body.appointment", "a new id", name)
        if not isinstance(scope, list):
            raise Malformed("directory", "body.scope", "a list of types", scope)
        self.appointments[name] = Mandate(
            party=_text(body, "party"), person=_text(body, "person"), capacity=_text(body, "capacity"),
            scope=frozenset(map(str, scope)), valid_from=_text(body, "valid_from"),
            valid_until=_text(body, "valid_until", FOREVER),
        )  # fmt: skip

    def _end_appointment(self, entry: Entry) -> None:
        self.appointments[_text(entry.statement.body, "appointment")].revoked = True

    def _register(self, entry: Entry) -> None:
        body, public, actor = entry.statement.body, _public_key(entry.statement.body), dict(entry.statement.actor)
        party, appointment = _text(body, "party"), body.get("appointment")
        self.keys[public.key_id] = RegisteredKey(public=public, party=party, appointment=appointment, actor=actor)

    def _endorse(self, entry: Entry) -> None:
        body, key = entry.statement.body, self._key(entry.statement.body)
        must(key.state == "pending", "directory", "body.key", "a pending key", key.state)
        if not self._are_awaited(entry, key):
            key.valid_from, key.valid_until = _text(body, "valid_from"), _text(body, "valid_until", FOREVER)
            key.state = "active"

    def _end_key(self, entry: Entry) -> None:
        key, kind = self._key(entry.statement.body), entry.statement.type
        key.state = "compromised" if key.state == "compromised" else _ENDS[kind]
        if kind == "KeyCompromised":
            _text(entry.statement.body, "compromised_since")

    def _reaffirm(self, entry: Entry) -> None:
        for name in ("target", "verdict"):
            _text(entry.statement.body, name)

    def _key(self, body: Mapping[str, Any]) -> RegisteredKey:
        name = _text(body, "key")
        must(name in self.keys, "directory", "body.key", "a registered key", name)
        return self.keys[name]


def _check_actor(entry: Entry, holder: Mapping[str, str]) -> list[Fault]:
    """SPEC §7 rule 3: the actor is the one that the key belongs to."""
    actor = dict(entry.statement.actor)
    return [] if actor == holder else _fault(entry, "actor", "statement.actor", dict(holder), actor)


def _fault(entry: Entry, code: str, where: str, expected: object, found: object) -> list[Fault]:
    expected, found = shown(expected), shown(found)
    return [Fault(code=code, index=entry.index, field=where, expected=expected, found=found, level="L2")]


def _text(body: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str):
        raise Malformed("directory", f"body.{name}", "text", value)
    return value


def _founders(statement: Statement) -> list[Mapping[str, Any]]:
    listed: Any = statement.body.get("founders")
    is_list = isinstance(listed, list) and listed and all(isinstance(founder, dict) for founder in listed)
    must(is_list, "directory", "body.founders", "a list of founders", listed)
    return list(listed)


def _founder_key(founder: Mapping[str, Any]) -> PublicKey:
    root: Any = founder.get("root")
    must(isinstance(root, dict), "directory", "body.founders.root", "a key", root)
    return _public_key(root)


def _public_key(item: Mapping[str, Any]) -> PublicKey:
    origins, rp_id = item.get("origins", []), item.get("rp_id")
    is_list = isinstance(origins, list) and all(isinstance(origin, str) for origin in origins)
    must(is_list, "directory", "body.origins", "a list of texts", origins)
    must(rp_id is None or isinstance(rp_id, str), "directory", "body.rp_id", "text", rp_id)
    scheme, spki = _text(item, "scheme"), decode_base64(item.get("public_key"), "body.public_key")
    return load_public_key(scheme, spki, rp_id=rp_id, origins=tuple(origins))
