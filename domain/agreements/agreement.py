"""Agreements: the aggregate with its versions, and what all acts on one share."""

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final, Literal

from constancia.domain.governance.body import acting_name, seat_rules
from constancia.domain.kernel.acts import Act, act_base
from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.calendar import parse_edtf
from constancia.domain.values.editions import FIRST, SECOND, THIRD
from constancia.domain.values.occurrence import DatedLedger, occurrence
from constancia.domain.values.values import Count, Digest, Doc, DocSet, Identifier, Label, LanguageTag, Text, Value

TWO: Final = 2  # nobody agrees alone
_WAITING: Final = ("awaiting_signatures", "partially_signed")
Weight = Literal["substantive", "possible", "minor", "reading", "typo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperAttestation:
    """Somebody's word that a paper original bears a party's signature. It is the attester's signature alone."""

    SINCE: ClassVar = THIRD

    mark: Mark
    party: str
    person: str
    name: str
    post: Text
    scan: Doc
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementSignature:
    """One party's signature of a version, and what it reserved; `paper` where it is its own word on a paper one."""

    mark: Mark
    reservation: Text | None = None
    paper: PaperAttestation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Precedent:
    """A condition precedent of a version: it does not enter into force before the condition is met."""

    SINCE: ClassVar = THIRD

    commitment: str  # on whose stream it is declared
    condition: str
    text: Text
    mark: Mark
    outcome: str | None = None
    settled: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementVersion:
    """A text in all its languages, who must sign it, and who has."""

    version: int
    title: Text
    docset: DocSet
    docset_digest: str
    parties: tuple[str, ...]
    required: tuple[str, ...] = ()
    window: str | None = None
    signatures: tuple[AgreementSignature, ...] = ()
    in_force_index: int | None = None
    frozen: Mark | None = None  # absent in the first edition
    governance_body: str | None = None  # where its parties agree as members
    terminates: tuple[str, ...] | None = None  # agreements that end when it enters into force
    paper_counts: bool | None = None  # whether, by the rules when it was frozen, a party's own attestation signs
    attestations: tuple[PaperAttestation, ...] | None = None  # those that count for nothing
    precedents: tuple[Precedent, ...] | None = None

    @property
    def signed_by(self) -> frozenset[str]:
        """Parties that have signed."""
        return frozenset(signature.mark.party for signature in self.signatures)

    @property
    def missing(self) -> tuple[str, ...]:
        """Required parties that have not signed."""
        return tuple(party for party in self.required if party not in self.signed_by)

    @property
    def is_held_back(self) -> bool:
        """Whether a condition precedent is not met, so that signatures alone do not put it in force."""
        return any(precedent.outcome != "met" for precedent in self.precedents or ())

    @property
    def is_frozen(self) -> bool:
        """Whether the text can't change any more."""
        return bool(self.required)


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A party that left: since when, why, and the last version that there was."""

    SINCE: ClassVar = THIRD

    party: str
    effective: str
    reasons: Text
    version: int
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Value):
    """What the text says in one language; nothing where the place is empty in it."""

    SINCE: ClassVar = THIRD

    lang: LanguageTag
    says: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """A place where the languages of a version say different things. It changes no text."""

    SINCE: ClassVar = THIRD

    discrepancy: str
    version: int
    place: Text
    readings: tuple[Reading, ...]
    weight: str
    mark: Mark
    prevails: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Termination:
    """The end of an agreement: by which word, since when, by which text and without whom."""

    SINCE: ClassVar = THIRD

    mark: Mark
    since: str
    by: str | None = None  # the agreement whose text ends this one; None where too few parties were left
    without: tuple[str, ...] | None = None  # parties to it that could not speak any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(Aggregate):
    """An agreement with all its versions; the last one is the one that acts concern."""

    agreement: str
    versions: tuple[AgreementVersion, ...]
    departures: tuple[Departure, ...] | None = None
    discrepancies: tuple[Discrepancy, ...] | None = None
    terminated: Termination | None = None

    @property
    def current(self) -> AgreementVersion:
        """The last version."""
        return self.versions[-1]

    @property
    def in_force(self) -> AgreementVersion | None:
        """The version that is in force: the last one that entered into force, unless the agreement has ended."""
        if self.terminated is not None:
            return None
        entered = [version for version in self.versions if version.in_force_index is not None]
        return entered[-1] if entered else None

    def has_left(self, party: str) -> bool:
        """Tell whether a party has left since the last version was drafted, and so is no party to it any more."""
        return any(left.party == party and left.version >= self.current.version for left in self.departures or ())

    @property
    def parties_left(self) -> tuple[str, ...]:
        """The parties to the version in force that have not left since it was drafted."""
        version = self.in_force
        if version is None:
            return ()
        left = {departure.party for departure in self.departures or () if departure.version >= version.version}
        return tuple(party for party in version.parties if party not in left)

    def find_version(self, number: int) -> AgreementVersion | None:
        """Give a version by its number, or None."""
        return next((version for version in self.versions if version.version == number), None)

    def status_on(self, day: date) -> str:
        """Give the state on a day: a text whose signing window is over has lapsed, and nothing moves it any more.

        Where it was to amend an agreement in force, that one goes on as it is.
        """
        window = self.current.window
        end = parse_edtf(window).end if window else None
        if self.status in _WAITING and end is not None and day > end:
            return "lapsed" if self.in_force is None else "in_force"
        return self.status

    def version_status_on(self, version: AgreementVersion, day: date) -> str:
        """Give the state of one version on a day.

        Returns:
            `in_force`, `terminated`, `superseded` (a later one came in its place), `lapsed`, or the state of drafting.
        """
        status = self.status_on(day)
        if version.in_force_index is not None:
            later = any(other.in_force_index is not None for other in self.versions if other.version > version.version)
            return "superseded" if later else "terminated" if self.terminated else "in_force"
        if version is not self.current:
            return "superseded"
        return "lapsed" if status in ("in_force", "terminated") else status

    def with_current(self, changed: AgreementVersion) -> "Agreement":
        """Give the agreement with its last version replaced."""
        return replace(self, versions=(*self.versions[:-1], changed))

    def with_version(self, changed: AgreementVersion) -> "Agreement":
        """Give the agreement with the version of that number replaced."""
        versions = (changed if version.version == changed.version else version for version in self.versions)
        return replace(self, versions=tuple(versions))


def in_force_dates(ledger: DatedLedger, version: AgreementVersion) -> tuple[str, ...]:
    """Give the dates that an agreement waits for: signatures', conditions', and since the second edition the text's."""
    frozen = () if version.frozen is None else (version.frozen,)
    settled = (precedent.settled for precedent in version.precedents or () if precedent.settled is not None)
    marks = (*(signature.mark for signature in version.signatures), *settled, *frozen)
    return tuple(occurrence(ledger, mark).on for mark in marks)


def in_force_on(ledger: DatedLedger, version: AgreementVersion) -> str:
    """Give the day since which a version is in force: of the last signature or met condition precedent in time.

    Args:
        ledger: The state.
        version: A version with signatures.

    Returns:
        EDTF. The day of recording of a signature does not count, only the one on which it was made.
    """
    return max(in_force_dates(ledger, version), key=lambda when: parse_edtf(when).end or date.max)


@act_base
class AgreementMatter(Act[Agreement]):
    """What is said of an agreement."""

    stream_kind: ClassVar = "agreement"
    stream_id: ClassVar = ("agreement",)
    seated: ClassVar = True
    # From the second edition on an agreement asks who is a party to the text; a seat, where it is one of a body's.
    SEATED_UNTIL: ClassVar = FIRST

    agreement: Identifier


@act_base
class AgreementAct(AgreementMatter):
    """What is said of one version of an agreement."""

    version: Count


@act_base
class AgreementTextAct(AgreementAct):
    """What is said of the text of a version, named by its digest, and by the agreements that it terminates."""

    MEMBER_SINCE: ClassVar = {"terminates": THIRD}
    SORTED: ClassVar = {"terminates": ""}

    docset: Digest
    terminates: tuple[Identifier, ...] | None = None


@rule(
    "E_ROLE",
    "only the parties to a text sign, freeze and change it",
    "sólo las partes de un texto lo firman, lo fijan y lo cambian",
)
def by_a_party_to_it(act: AgreementAct, on: Agreement, at: Context) -> Breach:
    """Check that the actor's party is one of the parties to the last version."""
    return at.party not in on.current.parties and {"parties": list(on.current.parties)}


@rule(
    "E_PARTY_WITHDRAWN",
    "a party that has left an agreement does not sign, freeze or change it",
    "una parte que dejó un acuerdo no lo firma, no lo fija ni lo cambia",
    since=THIRD,
)
def not_by_who_has_left(act: AgreementAct, on: Agreement, at: Context) -> Breach:
    """Check that the actor's party has not left; a later version that names it again, it may sign."""
    return on.has_left(at.party) and {"party": at.party}


def its_body(act: AgreementAct, on: Agreement, at: Context) -> str | None:
    """Give the governance body in which the last version is made, or the one that acts for it now."""
    return acting_name(at.state, on.current.governance_body)


SEATED_WHERE_IT_IS_MADE: Final = seat_rules(its_body, since=SECOND)


@rule("E_VERSION_CONFLICT", "the act concerns the last version", "el acto se refiere a la última versión")
def last_version(act: AgreementAct, on: Agreement, at: Context) -> Breach:
    """Check that the act names the last version."""
    return act.version != on.current.version and {"expected": on.current.version}


@rule(
    "E_DIGEST_MISMATCH",
    "the digest is that of the frozen text in all its languages",
    "la huella es la del texto fijado en todos sus idiomas",
)
def of_the_text(act: AgreementTextAct, on: Agreement, at: Context) -> Breach:
    """Check that the act names the digest of the last version's text."""
    return act.docset != on.current.docset_digest and {"expected": on.current.docset_digest}


@rule("E_NOT_FOUND", "there is no such version of the agreement", "no existe esa versión del acuerdo", since=THIRD)
def version_exists(act: AgreementAct, on: Agreement, at: Context) -> Breach:
    """Check that the agreement has the version that the act names."""
    return on.find_version(act.version) is None and {"version": act.version}


@rule(
    "E_DIGEST_MISMATCH",
    "the act names the agreements that the text terminates, and no others",
    "el acto nombra los acuerdos que el texto da por terminados, y ningún otro",
    since=THIRD,
)
def of_its_ends(act: AgreementTextAct, on: Agreement, at: Context) -> Breach:
    """Check that each party says itself what its signature ends: the digest binds the documents alone."""
    version = on.find_version(act.version)
    expected = version.terminates if version is not None else act.terminates
    return act.terminates != expected and {"expected": list(expected or ())}
