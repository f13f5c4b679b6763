"""Keys: registered by themselves, endorsed by the party's root, rotated, revoked, compromised. Nothing goes back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Literal

from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.identity.key_material import Scheme, check_key_material, key_id_of
from constancia.domain.identity.party import find_party
from constancia.domain.kernel.acts import Act, act
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.calendar import local_day, parse_day, parse_edtf
from constancia.domain.kernel.context import Context, check_begun, missing
from constancia.domain.kernel.machine import NONE, Machine
from constancia.domain.kernel.problems import Problem
from constancia.domain.kernel.values import Day, EdtfText, FormError, Hex64, Identifier, Label

MACHINE = Machine(
    "key",
    {
        "KeyRegistered": {NONE: "pending"},
        "KeyEndorsed": {"pending": "active"},
        "KeyRotated": {"active": "retired"},
        "KeyRevoked": {"pending": "revoked", "active": "revoked", "retired": "revoked"},
        "KeyCompromised": {
            "pending": "compromised",
            "active": "compromised",
            "retired": "compromised",
            "revoked": "compromised",
        },
        "SignatureReaffirmed": {"compromised": "compromised"},
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key(Aggregate):
    """A key and its life. Without an appointment it is a party's root."""

    key: str
    party: str
    public_key: str
    scheme: str
    appointment: str | None = None
    origins: tuple[str, ...] = ()
    rp_id: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    successor: str | None = None
    compromised_since: str | None = None
    reaffirmed: tuple[tuple[str, str], ...] = ()  # (leaf hash, affirmed | disowned)

    def is_suspect(self, day: date) -> bool:
        """Tell whether a signature recorded on a day is suspect: the key was, or may have been, in other hands."""
        if self.compromised_since is None:
            return False
        since = parse_edtf(self.compromised_since).start
        return since is None or since <= day

    def is_within(self, day: date) -> bool:
        """Tell whether a day lies within the endorsement."""
        begun = self.valid_from is None or parse_day(self.valid_from) <= day
        return begun and (self.valid_until is None or day <= parse_day(self.valid_until))


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """What `decide` asks of a key: party, appointment (None: a root), state, and whether a day is within it."""

    party: str
    appointment: str | None
    status: str
    within: bool


def signing_key(context: Context, key: str) -> SigningKey | None:
    """Give a registered key, or a founder's root from genesis."""
    found = context.find(Key, f"key/{key}")
    if found is None:
        return None
    within = found.is_within(context.day)
    return SigningKey(party=found.party, appointment=found.appointment, status=found.status, within=within)


def founders_root(genesis: LedgerState, stream: str) -> Key | None:
    """Give the root key that a stream is about, active since genesis, or None where no founder has it."""
    for founder in genesis.opened.founders:
        root = founder.root
        if stream == f"key/{root.key_id}":
            return Key(
                stream=stream,
                status="active",
                key=root.key_id,
                party=founder.party,
                public_key=root.public_key,
                scheme=root.scheme,
                origins=root.origins or (),
                rp_id=root.rp_id,
            )
    return None


@act
class KeyRegistered(Act):
    """A key presents itself: the signature by it over this ledger and appointment is its proof of possession."""

    stream_kind: ClassVar = "key"
    stream_id: ClassVar = ("key",)
    signer: ClassVar = "self"

    appointment: Identifier | None = None
    key: Hex64
    party: Identifier
    public_key: Label
    scheme: Scheme
    origins: tuple[Label, ...] | None = None
    rp_id: Label | None = None

    def check_form(self, where: str) -> None:
        """The key id is the public key's."""
        check_key_material(where, self.scheme, self.public_key, self.rp_id, self.origins)
        if key_id_of(self.public_key) != self.key:
            raise FormError(f"{where}.key", "the SHA-256 of public_key", self.key)

    def check_role(self, context: Context) -> Iterator[Problem]:
        """The actor is whom the key is for."""
        actor = context.actor
        if actor.get("party") != self.party or actor.get("appointment") != self.appointment:
            yield Problem(code="E_ROLE", rule="the actor is the one whom the key is for")

    def check_state(self, context: Context) -> Iterator[Problem]:
        """Party and appointment exist; an announced key comes first."""
        if find_party(context, self.party) is None:
            yield missing("party", self.party)
        if self.appointment is None:
            return
        appointment = context.find(Appointment, f"appointment/{self.appointment}")
        if appointment is None:
            yield missing("appointment", self.appointment)
        elif appointment.party != self.party:
            yield Problem(code="E_ROLE", rule="the appointment is of the key's party")
        for one in context.state.of(Key):
            announced = one.appointment == self.appointment and one.status == "retired" and one.successor
            if announced and not context.find(Key, f"key/{announced}") and announced != self.key:
                yield Problem(
                    code="E_POLICY",
                    rule="the old key announced another successor",
                    found={"announced": announced},
                )

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Key:
        """Create the key, pending its endorsement."""
        return Key(
            stream=self.stream(),
            key=self.key,
            party=self.party,
            public_key=self.public_key,
            scheme=self.scheme,
            appointment=self.appointment,
            origins=self.origins or (),
            rp_id=self.rp_id,
        )


@act
class KeyEndorsed(Act):
    """The party's root vouches for a key; for another party's root, a founder's root does."""

    stream_kind: ClassVar = "key"
    stream_id: ClassVar = ("key",)
    signer: ClassVar = "root"

    key: Hex64
    valid_from: Day
    valid_until: Day | None = None

    def check_role(self, context: Context) -> Iterator[Problem]:
        """The endorser stands above the key."""
        key = context.own(Key)
        if key is None:
            return
        if key.appointment is not None and key.party != context.party:
            yield Problem(code="E_ROLE", rule="a root endorses its own party's keys")
        if key.appointment is None:
            yield from _check_root_endorsement(key, context)

    def check_content(self, context: Context) -> Iterator[Problem]:
        """Not before it begins, and not beyond the appointment."""
        key = context.own(Key)
        if self.valid_until is not None and self.valid_until < self.valid_from:
            yield Problem(code="E_DATE", rule="an endorsement does not end before it begins")
        appointment = context.find(Appointment, f"appointment/{key.appointment}") if key else None
        outlasted = appointment.valid_until if appointment else None
        if outlasted is not None and (self.valid_until is None or self.valid_until > outlasted):
            yield Problem(
                code="E_DATE",
                rule="an endorsement does not outlast the appointment",
                found={"appointment_until": outlasted},
            )

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Key:
        """Make it active within its dates."""
        return replace(_key(aggregate), valid_from=self.valid_from, valid_until=self.valid_until)


@act
class KeyRotated(Act):
    """A holder retires the key that signs this, and announces the next one."""

    stream_kind: ClassVar = "key"
    stream_id: ClassVar = ("key",)

    key: Hex64
    new_key: Hex64

    def check_role(self, context: Context) -> Iterator[Problem]:
        """The old key itself says it."""
        if context.key != self.key:
            yield Problem(code="E_ROLE", rule="a rotation is signed with the old key")

    def check_state(self, context: Context) -> Iterator[Problem]:
        """The new key is new."""
        if signing_key(context, self.new_key):
            yield Problem(code="E_STATE", rule="the announced key is not registered yet")

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Key:
        """Retire it."""
        return replace(_key(aggregate), successor=self.new_key)


@act
class KeyRevoked(Act):
    """A key ends, for ever; by the party's root or by itself. What it signed before stays valid."""

    stream_kind: ClassVar = "key"
    stream_id: ClassVar = ("key",)
    signer: ClassVar = "root_or_rep"

    key: Hex64
    reason: Literal["ceased_post", "superseded", "lost", "unspecified"]

    def check_role(self, context: Context) -> Iterator[Problem]:
        """By its party's root, or with the key itself."""
        key = context.own(Key)
        is_root = context.actor["capacity"] == "root" and key is not None and key.party == context.party
        if key and not is_root and context.key != self.key:
            yield Problem(code="E_ROLE", rule="a key is revoked by its party's root or by itself")

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Key:
        """End it; the table gives the state."""
        return replace(_key(aggregate))


@act
class KeyCompromised(Act):
    """A key was in other hands since a date: what it signed from then on is suspect until reaffirmed."""

    stream_kind: ClassVar = "key"
    stream_id: ClassVar = ("key",)
    signer: ClassVar = "root"

    compromised_since: EdtfText
    key: Hex64

    def check_role(self, context: Context) -> Iterator[Problem]:
        """By its party's root."""
        key = context.own(Key)
        if key and key.party != context.party:
            yield Problem(code="E_ROLE", rule="a root speaks of its own party's keys")

    def check_content(self, context: Context) -> Iterator[Problem]:
        """It was so before it is said."""
        yield from check_begun(context, self.compromised_since, "a compromise")

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Key:
        """Note since when."""
        return replace(_key(aggregate), compromised_since=self.compromised_since)


@act
class SignatureReaffirmed(Act):
    """The party says of one suspect signature whether it stands by it."""

    stream_kind: ClassVar = "key"
    stream_id: ClassVar = ("key",)
    voice: ClassVar = "party"

    key: Hex64
    target: Hex64
    verdict: Literal["affirmed", "disowned"]

    def check_role(self, context: Context) -> Iterator[Problem]:
        """By the party whose key it was, with another key."""
        key = context.own(Key)
        if key and key.party != context.party:
            yield Problem(code="E_ROLE", rule="a party speaks of its own signatures")

    def check_state(self, context: Context) -> Iterator[Problem]:
        """The target is a suspect signature of that key, and not yet spoken of."""
        key = context.own(Key)
        target = context.lookup(self.target)
        if target is None:
            yield missing("entry", self.target)
        elif self.key not in target.keys:
            yield Problem(code="E_POLICY", rule="the target was signed with that key")
        elif key and not key.is_suspect(local_day(target.timestamp, context.state.timezone)):
            yield Problem(code="E_POLICY", rule="the target was recorded since the key is said to be compromised")
        if key and self.target in dict(key.reaffirmed):
            yield Problem(code="E_ALREADY_SIGNED", rule="a suspect signature is spoken of once")

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Key:
        """Note the verdict."""
        key = _key(aggregate)
        verdicts = sorted((*key.reaffirmed, (str(self.target), str(self.verdict))))
        return replace(key, reaffirmed=tuple(verdicts))


def _check_root_endorsement(key: Key, context: Context) -> Iterator[Problem]:
    """A founder's further root is vouched for by that founder alone; another party's first one by any founder.

    Else one founder could make itself a root of any other party, and speak for it.
    """
    genesis = context.find(LedgerState, "ledger")
    if genesis is None or genesis.founder(context.party) is None:
        yield Problem(code="E_ROLE", rule="a root key is endorsed by a founder's root")
    elif genesis.founder(key.party) and context.party != key.party:
        yield Problem(code="E_ROLE", rule="a founder's further root is endorsed by its own root")
    elif context.party != key.party and any(
        one.party == key.party and one.appointment is None and one.status == "active" for one in context.state.of(Key)
    ):
        yield Problem(code="E_ROLE", rule="a party that has an active root gets no other from outside")


def _key(aggregate: Aggregate | None) -> Key:
    if not isinstance(aggregate, Key):
        raise TypeError("a key's act on another aggregate")
    return aggregate
