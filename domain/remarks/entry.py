"""What is said of an entry: acknowledged, contested, answered. The entry stays as it is; its standing is derived.

- R1: a remark changes no other aggregate: the standing of an entry is computed from what was said of it
  (`entry_standing`).
- R2: nobody contests or acknowledges its own entry, for any party; who contests does not answer.
- R3: a contest stays; it can be answered by who said the entry, and withdrawn by who contested.
- R4: no remark precedes the recording of what it is about.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar, Final

from constancia.domain.identity.succession import with_heirs
from constancia.domain.identity.voice import speaks_for
from constancia.domain.kernel.acts import Act, act, act_base
from constancia.domain.kernel.aggregate import Level
from constancia.domain.kernel.context import Context, EntryView
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.remarks.concern import (
    CONTESTED_OTHERWISE,
    REMARKS,
    accused_by,
    authors_of,
    concerned_by,
    is_answerable,
)
from constancia.domain.remarks.remarked_entry import EntryContest, EntryResponse, RemarkedEntry
from constancia.domain.values.calendar import local_day, parse_instant
from constancia.domain.values.editions import THIRD
from constancia.domain.values.values import Doc, Evidence, FormError, Hex64, Identifier, Text

# The type whose contests may say which level of completion the contester finds.
REPORT: Final = "ProgressReported"


@act_base
class EntryAct(Act[RemarkedEntry]):
    """What a party says of an earlier entry, which its leaf hash names. A secretariat has no word of its own here."""

    SINCE: ClassVar = THIRD
    stream_kind: ClassVar = "entry"
    stream_id: ClassVar = ("target",)

    target: Hex64

    def begin(self, at: Context) -> RemarkedEntry:
        """Note which entry is spoken of, then what is said."""
        entry = _target(self, at)
        if entry is None:
            raise LookupError(f"there is no entry {self.target}")
        about = RemarkedEntry(
            stream=self.stream(),
            target=self.target,
            target_index=entry.index,
            target_stream=entry.originator_id,
            target_type=entry.statement["type"],
            authors=authors_of(entry),
        )
        return self.then(about, at)


def _target(act: EntryAct, at: Context) -> EntryView | None:
    return at.lookup(act.target)


@rule("E_NOT_FOUND", "there is no such entry", "no existe ese registro")
def _target_exists(act: EntryAct, on: object, at: Context) -> Breach:
    return _target(act, at) is None and {"entry": act.target}


@rule(
    "E_SELF_DEALING",
    "nobody contests or acknowledges its own entry, for any party",
    "nadie impugna ni reconoce su propio registro, por ninguna parte",
)
def _not_ones_own(act: EntryAct, on: object, at: Context) -> Breach:
    entry = _target(act, at)
    return entry is not None and _is_said_by_the_actor(entry, at)


@rule(
    "E_DATE",
    "a remark on an entry does not precede the entry's recording",
    "lo que se dice de un registro no es anterior a que se registrara",
)
def _not_before_it(act: EntryAct, on: object, at: Context) -> Breach:
    entry = _target(act, at)
    return entry is not None and _precedes(at, entry.recorded_at)


@rule("E_NOT_FOUND", "there is no such contest of the entry", "no existe esa impugnación del registro")
def _contests_exist(act: "ResponseGiven | EntryAcknowledged", on: RemarkedEntry | None, at: Context) -> Breach:
    missing = [name for name in act.contests_named if on is None or on.contest(name) is None]
    return bool(missing) and {"missing": missing}


@rule(
    "E_DATE",
    "what is said of a contest does not precede its recording",
    "lo que se dice de una impugnación no es anterior a que se registrara",
)
def _not_before_the_contests(act: "ResponseGiven | EntryAcknowledged", on: RemarkedEntry, at: Context) -> Breach:
    return any(_precedes(at, contest.mark.recorded_at) for contest in _named(act, on))


@act
class EntryContested(EntryAct):
    """A party contests an entry of another one. The contest stays with it, also where it is answered."""

    CORRECTABLE: ClassVar = ("evidence", "grounds")

    contest: Identifier
    evidence: tuple[Evidence, ...]
    grounds: Text
    own_level: Level | None = None

    @rule(
        "E_POLICY",
        "what another act contests or answers is not contested by this one",
        "lo que impugna o contesta otro acto no se impugna con éste",
    )
    def _by_this_act(self, on: object, at: Context) -> Breach:
        entry = _target(self, at)
        way = CONTESTED_OTHERWISE.get(entry.statement["type"]) if entry else None
        return way is not None and {"act": way}

    @rule(
        "E_POLICY",
        "a level of its own belongs to the contest of a progress report",
        "un nivel propio corresponde a la impugnación de un informe de avance",
    )
    def _level_of_a_report(self, on: object, at: Context) -> Breach:
        entry = _target(self, at)
        return self.own_level is not None and entry is not None and entry.statement["type"] != REPORT

    @rule("E_STATE", "a contest's id is used once", "el identificador de una impugnación se usa una vez")
    def _id_is_new(self, on: RemarkedEntry, at: Context) -> Breach:
        return on.contest(self.contest) is not None and {"contest": self.contest}

    RULES: ClassVar = (
        _target_exists,
        _not_ones_own,
        _not_before_it,
        _by_this_act,
        _level_of_a_report,
        _id_is_new,
    )

    def then(self, on: RemarkedEntry, at: Context) -> RemarkedEntry:
        """Add the contest."""
        contest = EntryContest(
            contest=self.contest,
            grounds=self.grounds,
            evidence=self.evidence,
            own_level=self.own_level,
            mark=at.mark,
        )
        return replace(on, contests=(*on.contests, contest))


@act
class EntryAcknowledged(EntryAct):
    """A party that an entry concerns acknowledges it; who has contested it withdraws its contests by name."""

    CORRECTABLE: ClassVar = ("remark",)
    SORTED: ClassVar = {"withdraws": ""}

    remark: Text | None = None
    withdraws: tuple[Identifier, ...] | None = None

    def check_form(self, where: str) -> None:
        """Check that a list of contests names one."""
        if self.withdraws == ():
            raise FormError(f"{where}.withdraws", "at least one contest, or no such member", [])

    @property
    def contests_named(self) -> tuple[str, ...]:
        """The contests that it withdraws."""
        return self.withdraws or ()

    @rule(
        "E_POLICY",
        "remarks on an entry are not acknowledged; the entry is",
        "lo que se reconoce es el registro, no lo que se dijo de él",
    )
    def _no_remark(self, on: object, at: Context) -> Breach:
        entry = _target(self, at)
        return entry is not None and entry.statement["type"] in REMARKS

    @rule(
        "E_ROLE",
        "an entry is acknowledged by a party that it concerns",
        "un registro lo reconoce una parte a la que concierne",
    )
    def _concerned(self, on: object, at: Context) -> Breach:
        entry = _target(self, at)
        if entry is None or self.withdraws is not None:
            return None
        concerned = concerned_by(at, entry)
        return at.party not in concerned and {"concerned": sorted(concerned - set(authors_of(entry)))}

    @rule(
        "E_ROLE", "a contest is withdrawn by the party that made it", "una impugnación la retira la parte que la hizo"
    )
    def _own_contests(self, on: RemarkedEntry, at: Context) -> Breach:
        return any(contest.mark.party != at.party for contest in _named(self, on))

    @rule("E_STATE", "a contest is withdrawn once", "una impugnación se retira una vez")
    def _withdrawn_once(self, on: RemarkedEntry, at: Context) -> Breach:
        return any(contest.withdrawn is not None for contest in _named(self, on))

    @rule(
        "E_STATE",
        "who contests an entry acknowledges it by withdrawing all its contests",
        "quien impugna un registro lo reconoce al retirar todas sus impugnaciones",
    )
    def _without_a_contest(self, on: RemarkedEntry, at: Context) -> Breach:
        own = (contest for contest in on.contests if contest.mark.party == at.party and contest.withdrawn is None)
        left = [contest.contest for contest in own if contest.contest not in self.contests_named]
        return bool(left) and {"contests": left}

    @rule("E_ALREADY_SIGNED", "a party acknowledges an entry once", "una parte reconoce un registro una vez")
    def _once(self, on: RemarkedEntry, at: Context) -> Breach:
        return self.withdraws is None and any(mark.party == at.party for mark in on.acknowledged)

    RULES: ClassVar = (
        _target_exists,
        _not_ones_own,
        _not_before_it,
        _contests_exist,
        _not_before_the_contests,
        _no_remark,
        _concerned,
        _own_contests,
        _withdrawn_once,
        _without_a_contest,
        _once,
    )

    def then(self, on: RemarkedEntry, at: Context) -> RemarkedEntry:
        """Withdraw the contests named; note the acknowledgement of a party that the entry concerns."""
        contests = tuple(
            replace(contest, withdrawn=at.mark) if contest.contest in self.contests_named else contest
            for contest in on.contests
        )
        entry = _target(self, at)
        known = any(mark.party == at.party for mark in on.acknowledged)
        counts = entry is not None and not known and at.party in concerned_by(at, entry)
        return replace(on, contests=contests, acknowledged=(*on.acknowledged, *((at.mark,) if counts else ())))


@act
class ResponseGiven(EntryAct):
    """Who said an entry answers contests of it; who is accused answers the accusation itself. Late ones are taken."""

    CORRECTABLE: ClassVar = ("evidence", "response")
    SORTED: ClassVar = {"answers": ""}

    answers: tuple[Identifier, ...] | None = None
    documents: tuple[Doc, ...] | None = None
    evidence: tuple[Evidence, ...] | None = None
    response: Text

    def check_form(self, where: str) -> None:
        """Check that a list of contests names one."""
        if self.answers == ():
            raise FormError(f"{where}.answers", "at least one contest, or no such member", [])

    @property
    def contests_named(self) -> tuple[str, ...]:
        """The contests that it answers."""
        return self.answers or ()

    @rule(
        "E_POLICY",
        "an accusation is answered itself; of any other entry its contests are",
        "una acusación se contesta; de cualquier otro registro se contestan sus impugnaciones",
    )
    def _can_be_answered(self, on: object, at: Context) -> Breach:
        entry = _target(self, at)
        return self.answers is None and entry is not None and not is_answerable(entry.statement["type"])

    @rule(
        "E_ROLE",
        "contests of an entry are answered by the party that said it",
        "las impugnaciones de un registro las contesta la parte que lo dijo",
    )
    def _by_the_author(self, on: object, at: Context) -> Breach:
        entry = _target(self, at)
        if self.answers is None or entry is None:
            return None
        said_it = with_heirs(at.state, authors_of(entry))
        return at.party not in said_it and {"authors": sorted(said_it)}

    @rule("E_ROLE", "an accusation is answered by who is accused", "una acusación la contesta quien es acusado")
    def _by_the_accused(self, on: object, at: Context) -> Breach:
        entry = _target(self, at)
        if self.answers is not None or entry is None or not is_answerable(entry.statement["type"]):
            return None
        accused = accused_by(at, entry)
        answering = with_heirs(at.state, accused or ())
        return accused is not None and at.party not in answering and {"accused": sorted(answering)}

    @rule("E_SELF_DEALING", "who accuses does not answer, for any party", "quien acusa no contesta, por ninguna parte")
    def _not_by_who_accuses(self, on: object, at: Context) -> Breach:
        entry = _target(self, at)
        if self.answers is not None or entry is None or not is_answerable(entry.statement["type"]):
            return None
        return _is_said_by_the_actor(entry, at)

    @rule(
        "E_SELF_DEALING",
        "who contests does not answer for another party",
        "quien impugna no contesta por otra parte",
    )
    def _not_by_who_contests(self, on: RemarkedEntry, at: Context) -> Breach:
        return any(_is_of(contest.mark.party, contest.mark.person, at) for contest in _named(self, on))

    RULES: ClassVar = (
        _target_exists,
        _not_before_it,
        _contests_exist,
        _not_before_the_contests,
        _can_be_answered,
        _by_the_author,
        _by_the_accused,
        _not_by_who_accuses,
        _not_by_who_contests,
    )

    def then(self, on: RemarkedEntry, at: Context) -> RemarkedEntry:
        """Add the response."""
        response = EntryResponse(
            answers=self.answers,
            documents=self.documents,
            evidence=self.evidence,
            response=self.response,
            mark=at.mark,
        )
        return replace(on, responses=(*on.responses, response))


def _named(act: "ResponseGiven | EntryAcknowledged", on: RemarkedEntry) -> Iterable[EntryContest]:
    return (contest for contest in on.contests if contest.contest in act.contests_named)


def _is_said_by_the_actor(entry: EntryView, at: Context) -> bool:
    """Tell whether the actor's party or person has said an entry, or its person holds an appointment of who did."""
    person = entry.statement["actor"].get("person")
    return any(_is_of(party, person, at) for party in authors_of(entry))


def _is_of(party: str, person: str | None, at: Context) -> bool:
    return speaks_for(at, party) or (person is not None and person == at.actor.get("person"))


def _precedes(at: Context, recorded_at: str) -> Breach:
    """Find that the act is said to have happened before the day of a recording."""
    when = at.occurred
    if when is None:
        return None
    recorded = local_day(parse_instant(recorded_at), at.state.timezone)
    return when.start is not None and when.start < recorded and {"found": when.text, "recorded": recorded.isoformat()}


_SPOKEN_OF: Final = {NONE: "remarked", "remarked": "remarked"}
ENTRY: Final = AggregateKind(
    EntryAct,
    {EntryAcknowledged: _SPOKEN_OF, EntryContested: _SPOKEN_OF, ResponseGiven: _SPOKEN_OF},
)
