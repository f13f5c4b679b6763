"""Keys: registered by themselves, endorsed by the party's root, rotated, revoked, compromised. Nothing goes back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar, Final, Literal

from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.identity.key_material import Scheme, check_key_material, key_id_of
from constancia.domain.identity.origin import brought_in_by, founders_of, is_founder
from constancia.domain.identity.party import party_registered
from constancia.domain.identity.succession import succession_of
from constancia.domain.kernel.acts import Act, act, act_base
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.context import Context, StateView, begins_in_future
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.calendar import local_day, parse_day, parse_edtf
from constancia.domain.values.editions import FIRST, THIRD
from constancia.domain.values.values import Day, EdtfText, FormError, Hex64, Identifier, Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Key(Aggregate):
    """A key and its life. Without an appointment it is a party's root."""

    ABOUT: ClassVar = ("party",)

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

    @classmethod
    def concerned(cls, before: tuple[str, ...] | None, statement: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Give its party; of a founder's root genesis says it, and the first word on the key itself does not."""
        is_told = before is not None or "party" in statement["body"]
        return super(Key, cls).concerned(before, statement) if is_told else None

    @property
    def topics(self) -> tuple[str, ...]:
        """Its party, and the entries whose signatures it was said of that they are, or aren't, the party's own."""
        return (*self.concerns, *(f"entry/{target}" for target, _verdict in self.reaffirmed))

    def is_suspect(self, day: date) -> bool:
        """Tell whether a signature recorded on a day is suspect: the key was, or may have been, in other hands."""
        since = parse_edtf(self.compromised_since).start if self.compromised_since is not None else date.max
        return since is None or since <= day

    def is_within(self, day: date) -> bool:
        """Tell whether a day lies within the endorsement."""
        begun = self.valid_from is None or parse_day(self.valid_from) <= day
        return begun and (self.valid_until is None or day <= parse_day(self.valid_until))


def signing_key(at: Context, key: str) -> Key | None:
    """Give a registered key, or a founder's root from genesis."""
    return at.find(Key, f"key/{key}")


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


def active_roots(state: StateView, party: str, day: date) -> tuple[Key, ...]:
    """Give the root keys with which a party can speak on a day: active, and within their endorsement."""
    return () if succession_of(state, party) else tuple(root for root in _roots(state, party) if root.is_within(day))


def _roots(state: StateView, party: str) -> tuple[Key, ...]:
    """Give a party's active root keys, whatever their dates; a founder's from genesis is among them."""
    genesis = state.standing("ledger")
    founders = genesis.opened.founders if isinstance(genesis, LedgerState) else ()
    pinned = (state.standing(f"key/{founder.root.key_id}") for founder in founders if founder.party == party)
    registered = (key for key in state.of(Key) if key.party == party and key.appointment is None)
    roots = {key.key: key for key in (*pinned, *registered) if isinstance(key, Key)}
    return tuple(root for root in roots.values() if root.status == "active")


@act_base
class KeyAct(Act[Key]):
    """What is said of a key."""

    stream_kind: ClassVar = "key"
    stream_id: ClassVar = ("key",)
    CLOSES: ClassVar = True

    key: Hex64


@rule("E_ROLE", "a party speaks of its own keys only", "una parte habla sólo de sus propias llaves")
def _of_own_party(act: KeyAct, on: Key, at: Context) -> Breach:
    return on.party != at.party


@act
class KeyRegistered(KeyAct):
    """A key presents itself: the signature by it over this ledger and appointment is its proof of possession."""

    signer: ClassVar = "self"
    by_own_key: ClassVar = True
    by_secretariat: ClassVar = True

    appointment: Identifier | None = None
    party: Identifier
    public_key: Label
    scheme: Scheme
    origins: tuple[Label, ...] | None = None
    rp_id: Label | None = None

    def check_form(self, where: str) -> None:
        """Check that the key id is the public key's."""
        check_key_material(where, self.scheme, self.public_key, self.rp_id, self.origins)
        if key_id_of(self.public_key) != self.key:
            raise FormError(f"{where}.key", "the SHA-256 of public_key", self.key)

    @rule("E_ROLE", "the actor is the one whom the key is for", "quien actúa es titular de la llave")
    def _for_the_actor(self, on: object, at: Context) -> Breach:
        return (at.actor.get("party"), at.actor.get("appointment")) != (self.party, self.appointment)

    @rule("E_NOT_FOUND", "there is no such appointment", "no existe ese nombramiento")
    def _appointment_exists(self, on: object, at: Context) -> Breach:
        named = self.appointment
        return named is not None and _appointment(at, named) is None and {"appointment": named}

    @rule("E_POLICY", "the key that the old one announced comes first", "la llave que anunció la anterior va primero")
    def _announced_comes_first(self, on: object, at: Context) -> Breach:
        if self.appointment is None:
            return None
        retired = [key for key in at.state.of(Key) if key.appointment == self.appointment and key.status == "retired"]
        announced = (key.successor for key in retired if key.successor and key.successor != self.key)
        return [{"announced": key} for key in announced if signing_key(at, key) is None]

    RULES: ClassVar = (
        _for_the_actor,
        party_registered,
        _appointment_exists,
        _announced_comes_first,
    )

    def begin(self, at: Context) -> Key:
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
class KeyEndorsed(KeyAct):
    """The party's root vouches for a key; for another party's root, a founder's root does.

    For a founder that has no active root left, the roots of all other founders do, each by an equal body.
    """

    signer: ClassVar = "root"
    CLOSES: ClassVar = False

    valid_from: Day
    valid_until: Day | None = None

    @rule("E_ROLE", "a root endorses its own party's keys", "una raíz avala las llaves de su propia parte")
    def _own_representatives_key(self, on: Key, at: Context) -> Breach:
        return on.appointment is not None and on.party != at.party

    # Else one founder could make itself a root of any other party, and speak for it.
    @rule(
        "E_ROLE",
        "a root key is endorsed by a founder's root",
        "a una llave raíz la avala la raíz de una parte fundadora",
    )
    def _root_by_a_founder(self, on: Key, at: Context) -> Breach:
        return on.appointment is None and not is_founder(at.state, at.party)

    @rule(
        "E_ROLE",
        "a founder's further root is endorsed by its own root",
        "otra raíz de una parte fundadora la avala su propia raíz",
    )
    def _founders_root_by_its_own(self, on: Key, at: Context) -> Breach:
        return _by_another_founder(on, at) and is_founder(at.state, on.party) and not self.concurs(on, at)

    @rule(
        "E_ROLE",
        "a party that has an active root gets no other from outside",
        "una parte con raíz activa no recibe otra desde fuera",
    )
    def _first_root_only(self, on: Key, at: Context) -> Breach:
        return _by_another_founder(on, at) and not is_founder(at.state, on.party) and _has_root(on.party, at)

    # Else another founder could speak for it, by a key of its own that is quicker.
    @rule(
        "E_ROLE",
        "a party's root is endorsed by the founder that brought the party in, as long as that one can",
        "la raíz de una parte la avala la parte fundadora que la trajo al libro, mientras ésta pueda",
        since=THIRD,
    )
    def _by_who_brought_it_in(self, on: Key, at: Context) -> Breach:
        by = brought_in_by(at.state, on.party) if _by_another_founder(on, at) else None
        return by not in (None, at.party) and bool(active_roots(at.state, by or "", at.day)) and {"by": by}

    @rule("E_DATE", "an endorsement does not end before it begins", "un aval no termina antes de empezar")
    def _in_order(self, on: object, at: Context) -> Breach:
        return self.valid_until is not None and self.valid_until < self.valid_from

    @rule("E_DATE", "an endorsement does not outlast the appointment", "un aval no dura más que el nombramiento")
    def _within_the_appointment(self, on: Key, at: Context) -> Breach:
        appointment = _appointment(at, on.appointment)
        end = appointment.valid_until if appointment else None
        outlasts = end is not None and (self.valid_until is None or self.valid_until > end)
        return outlasts and {"appointment_until": end}

    RULES: ClassVar = (
        _own_representatives_key,
        _root_by_a_founder,
        _founders_root_by_its_own,
        _first_root_only,
        _by_who_brought_it_in,
        _in_order,
        _within_the_appointment,
    )

    def concurs(self, on: Key | None, at: Context) -> bool:
        """Tell whether the other founders restore a founder, each by its own entry: it has no root to do it itself."""
        restores = on is not None and _by_another_founder(on, at) and is_founder(at.state, on.party)
        return restores and on is not None and at.edition > FIRST and not _has_root(on.party, at)

    def suffices(self, on: Key, at: Context) -> bool:
        """Tell whether, with this word, every other founder has said it who has an active root to say it with."""
        others = (party for party in founders_of(at.state) if party != on.party)
        return {party for party in others if active_roots(at.state, party, at.day)} <= at.joined().parties

    def then(self, on: Key, at: Context) -> Key:
        """Make it active within its dates; a founder's that others restore, with the last one's word."""
        if self.concurs(on, at) and not self.suffices(on, at):
            return replace(on, status="pending", concurring=on.with_concurrence(at.joined()))
        return replace(on, valid_from=self.valid_from, valid_until=self.valid_until, concurring=())


@act
class KeyRotated(KeyAct):
    """A holder retires the key that signs this, and announces the next one."""

    by_secretariat: ClassVar = True

    new_key: Hex64

    @rule("E_ROLE", "a rotation is signed with the old key", "una rotación se firma con la llave anterior")
    def _with_the_old_key(self, on: object, at: Context) -> Breach:
        return at.key != self.key

    @rule("E_STATE", "the announced key is not registered yet", "la llave anunciada aún no está registrada")
    def _new_key_is_new(self, on: object, at: Context) -> Breach:
        return signing_key(at, self.new_key) is not None

    RULES: ClassVar = (_with_the_old_key, _new_key_is_new)

    def then(self, on: Key, at: Context) -> Key:
        """Retire it."""
        return replace(on, successor=self.new_key)


@act
class KeyRevoked(KeyAct):
    """A key ends permanently, by the party's root or by itself. What it signed before stays valid."""

    signer: ClassVar = "root_or_rep"
    by_own_key: ClassVar = True
    by_secretariat: ClassVar = True

    reason: Literal["ceased_post", "superseded", "lost", "unspecified"]

    @rule(
        "E_ROLE",
        "a key is revoked by its party's root or by itself",
        "a una llave la revoca la raíz de su parte o ella misma",
    )
    def _by_root_or_itself(self, on: Key, at: Context) -> Breach:
        return at.key != self.key and not (at.is_root and on.party == at.party)

    RULES: ClassVar = (_by_root_or_itself,)


@act
class KeyCompromised(KeyAct):
    """A key was in other hands since a date: what it signed from then on is suspect until reaffirmed."""

    signer: ClassVar = "root"

    compromised_since: EdtfText

    @rule("E_DATE", "a compromise does not begin in the future", "la fecha del compromiso de una llave no es futura")
    def _has_begun(self, on: object, at: Context) -> Breach:
        return begins_in_future(at, self.compromised_since)

    RULES: ClassVar = (_of_own_party, _has_begun)

    def then(self, on: Key, at: Context) -> Key:
        """Note since when."""
        return replace(on, compromised_since=self.compromised_since)


@act
class SignatureReaffirmed(KeyAct):
    """The party affirms or disowns one suspect signature."""

    target: Hex64
    verdict: Literal["affirmed", "disowned"]

    @rule("E_NOT_FOUND", "there is no such entry", "no existe ese registro")
    def _target_exists(self, on: object, at: Context) -> Breach:
        return at.lookup(self.target) is None and {"entry": self.target}

    @rule("E_POLICY", "the target was signed with that key", "el registro señalado se firmó con esa llave")
    def _signed_with_it(self, on: object, at: Context) -> Breach:
        target = at.lookup(self.target)
        return target is not None and self.key not in target.keys

    @rule(
        "E_POLICY",
        "the target was recorded since the key is said to be compromised",
        "el registro señalado se hizo a partir del día desde el que la llave se declaró comprometida",
    )
    def _is_suspect(self, on: Key, at: Context) -> Breach:
        target = at.lookup(self.target)
        if target is None or self.key not in target.keys:
            return None
        return not on.is_suspect(local_day(target.timestamp, at.state.timezone))

    @rule("E_ALREADY_SIGNED", "a suspect signature is spoken of once", "cada firma sospechosa se juzga una sola vez")
    def _spoken_of_once(self, on: Key, at: Context) -> Breach:
        return self.target in dict(on.reaffirmed)

    RULES: ClassVar = (_of_own_party, _target_exists, _signed_with_it, _is_suspect, _spoken_of_once)

    def then(self, on: Key, at: Context) -> Key:
        """Note the verdict."""
        verdicts = sorted((*on.reaffirmed, (str(self.target), str(self.verdict))))
        return replace(on, reaffirmed=tuple(verdicts))


def _appointment(at: Context, name: str | None) -> Appointment | None:
    return at.find(Appointment, f"appointment/{name}")


def _by_another_founder(on: Key, at: Context) -> bool:
    """Tell whether a founder speaks of another party's root."""
    return on.appointment is None and on.party != at.party and is_founder(at.state, at.party)


def _has_root(party: str, at: Context) -> bool:
    """Tell whether a party has a root. From the second edition on, one that has expired is none any more."""
    if at.edition > FIRST:
        roots = _roots(at.state, party)
        return any(root.valid_until is None or at.day <= parse_day(root.valid_until) for root in roots)
    return any(key.party == party and key.appointment is None and key.status == "active" for key in at.state.of(Key))


KEY: Final = AggregateKind(
    KeyAct,
    {
        KeyRegistered: {NONE: "pending"},
        KeyEndorsed: {"pending": "active"},
        KeyRotated: {"active": "retired"},
        KeyRevoked: {"pending": "revoked", "active": "revoked", "retired": "revoked"},
        KeyCompromised: dict.fromkeys(("pending", "active", "retired", "revoked"), "compromised"),
        SignatureReaffirmed: {"compromised": "compromised"},
    },
)
