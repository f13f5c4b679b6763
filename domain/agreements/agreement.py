"""Agreements: drafted, frozen, signed by each party over one digest, in force exactly at the last signature."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final

from constancia.domain.governance.body import GovernanceBody, has_seat, seat_rules
from constancia.domain.identity.party import PARTY_EXISTS, unregistered
from constancia.domain.kernel.acts import Act, act, act_base
from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.calendar import parse_edtf
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.editions import FIRST
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.kernel.values import Count, Digest, DocSet, EdtfText, Identifier, Text, digest


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementSignature:
    """One party's signature of a version, and what it reserved."""

    mark: Mark
    reservation: Text | None = None


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

    @property
    def signed_by(self) -> frozenset[str]:
        """Parties that have signed."""
        return frozenset(signature.mark.party for signature in self.signatures)

    @property
    def missing(self) -> tuple[str, ...]:
        """Required parties that have not signed."""
        return tuple(party for party in self.required if party not in self.signed_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(Aggregate):
    """An agreement with all its versions; the last one is the one that acts concern."""

    agreement: str
    versions: tuple[AgreementVersion, ...]

    @property
    def current(self) -> AgreementVersion:
        """The last version."""
        return self.versions[-1]

    def status_on(self, day: date) -> str:
        """Give the state on a day: a text whose signing window is over has lapsed, and nothing moves it any more."""
        window = self.current.window
        end = parse_edtf(window).end if window else None
        waiting = self.status in ("awaiting_signatures", "partially_signed")
        return "lapsed" if waiting and end is not None and day > end else self.status

    def with_current(self, changed: AgreementVersion) -> "Agreement":
        """Give the agreement with its last version replaced."""
        return replace(self, versions=(*self.versions[:-1], changed))


@act_base
class AgreementAct(Act[Agreement]):
    """What is said of one version of an agreement."""

    stream_kind: ClassVar = "agreement"
    stream_id: ClassVar = ("agreement",)
    seated: ClassVar = True
    # From the second edition on an agreement asks who is a party to the text; a seat, where it is one of a body's.
    SEATED_UNTIL: ClassVar = FIRST

    agreement: Identifier
    version: Count


@rule(
    "E_ROLE",
    "only the parties to a text sign, freeze and change it",
    "sólo las partes de un texto lo firman, lo fijan y lo cambian",
)
def _by_a_party_to_it(act: AgreementAct, on: Agreement, at: Context) -> Breach:
    return at.party not in on.current.parties and {"parties": list(on.current.parties)}


def _its_body(act: AgreementAct, on: Agreement, at: Context) -> str | None:
    return on.current.governance_body


_SEATED_WHERE_IT_IS_MADE: Final = seat_rules(_its_body, since=2)


@rule("E_VERSION_CONFLICT", "the act concerns the last version", "el acto se refiere a la última versión")
def _last_version(act: AgreementAct, on: Agreement, at: Context) -> Breach:
    return act.version != on.current.version and {"expected": on.current.version}


@act
class AgreementDrafted(AgreementAct):
    """A text is put forward, in all its languages. A changed comma is a new version with no signature."""

    by_secretariat: ClassVar = True
    FIRST_CORRECTABLE: ClassVar = ("title",)
    SORTED: ClassVar = {"parties": ""}

    MEMBER_SINCE: ClassVar = {"governance_body": 2}

    docset: DocSet
    parties: tuple[Identifier, ...]
    title: Text
    governance_body: Identifier | None = None

    def agreeing_body(self, on: object, at: Context) -> str | None:
        """Give the body in which the parties agree as members: the one named, or the only one in which all sit."""
        if self.governance_body is not None or at.edition == FIRST:
            return self.governance_body
        bodies = [
            body.governance_body
            for body in at.state.of(GovernanceBody)
            if self.parties and all(body.is_seated(party) for party in self.parties)
        ]
        return bodies[0] if len(bodies) == 1 else None

    @rule(
        "E_ROLE",
        "an agreement is drafted by a party to it",
        "un acuerdo lo redacta una de sus partes",
        since=2,
    )
    def _of_ones_own(self, on: object, at: Context) -> Breach:
        return bool(self.parties) and at.party not in self.parties and {"parties": list(self.parties)}

    @rule(
        "E_NOT_SEATED",
        "the parties to an agreement of a body sit in it",
        "las partes de un acuerdo de un órgano tienen lugar en él",
        since=2,
    )
    def _parties_seated(self, on: object, at: Context) -> Breach:
        body = self.agreeing_body(on, at)
        return body is not None and [{"party": party} for party in self.parties if not has_seat(at, party, body)]

    @rule(*PARTY_EXISTS)
    def _parties_registered(self, on: object, at: Context) -> Breach:
        return unregistered(at, self.parties)

    @rule("E_POLICY", "an agreement has at least two parties", "un acuerdo tiene al menos dos partes")
    def _not_alone(self, on: object, at: Context) -> Breach:
        return len(self.parties) < 2

    # Else two of three could go on without the third.
    @rule(
        "E_POLICY",
        "a later version keeps the parties; without one it is another agreement",
        "una versión posterior conserva las partes; sin alguna es otro acuerdo",
    )
    def _keeps_the_parties(self, on: Agreement, at: Context) -> Breach:
        dropped = sorted(set(on.current.parties) - set(self.parties))
        return bool(dropped) and {"dropped": dropped}

    @rule("E_VERSION_CONFLICT", "a draft is the next version", "un borrador es la versión siguiente")
    def _next_version(self, on: Agreement | None, at: Context) -> Breach:
        expected = on.current.version + 1 if on else 1
        return self.version != expected and {"expected": expected}

    RULES: ClassVar = (
        _by_a_party_to_it,
        _of_ones_own,
        *seat_rules(agreeing_body, since=2),
        _parties_seated,
        _parties_registered,
        _next_version,
        _not_alone,
        _keeps_the_parties,
    )

    def begin(self, at: Context) -> Agreement:
        """Put the first version forward."""
        return Agreement(stream=self.stream(), agreement=self.agreement, versions=(self._drafted(at),))

    def then(self, on: Agreement, at: Context) -> Agreement:
        """Add the version."""
        return replace(on, versions=(*on.versions, self._drafted(at)))

    def _drafted(self, at: Context) -> AgreementVersion:
        return AgreementVersion(
            version=self.version,
            title=self.title,
            docset=self.docset,
            docset_digest=digest(self.docset.to_json()),
            parties=self.parties,
            governance_body=self.agreeing_body(None, at),
        )


@act_base
class AgreementTextAct(AgreementAct):
    """What is said of the text of a version, named by its digest."""

    docset: Digest


@rule(
    "E_DIGEST_MISMATCH",
    "the digest is that of the frozen text in all its languages",
    "la huella es la del texto fijado en todos sus idiomas",
)
def _of_the_text(act: AgreementTextAct, on: Agreement, at: Context) -> Breach:
    return act.docset != on.current.docset_digest and {"expected": on.current.docset_digest}


@act
class AgreementTextFrozen(AgreementTextAct):
    """From here on the text of the version can't change, and who must sign it is fixed."""

    by_secretariat: ClassVar = True
    SORTED: ClassVar = {"required": ""}

    required: tuple[Identifier, ...]
    window: EdtfText | None = None

    @rule("E_POLICY", "all parties to the text must sign it", "todas las partes del texto deben firmarlo")
    def _all_sign(self, on: Agreement, at: Context) -> Breach:
        return self.required != on.current.parties

    @rule("E_DATE", "a signing window is not over before it is opened", "un plazo de firma no termina antes de abrirse")
    def _window_to_come(self, on: object, at: Context) -> Breach:
        end = parse_edtf(self.window).end if self.window else None
        return end is not None and end < at.day

    RULES: ClassVar = (
        _by_a_party_to_it,
        *_SEATED_WHERE_IT_IS_MADE,
        _last_version,
        _of_the_text,
        _all_sign,
        _window_to_come,
    )

    def then(self, on: Agreement, at: Context) -> Agreement:
        """Fix the required signers."""
        frozen = at.mark if at.edition > FIRST else None
        return on.with_current(replace(on.current, required=self.required, window=self.window, frozen=frozen))


@act
class AgreementSigned(AgreementTextAct):
    """A party signs exactly the frozen text: all language versions, bound by one digest."""

    FIRST_CORRECTABLE: ClassVar = ("reservation",)

    reservation: Text | None = None

    @rule("E_ALREADY_SIGNED", "a party signs a version once", "una parte firma una versión una vez")
    def _signed_once(self, on: Agreement, at: Context) -> Breach:
        return at.party in on.current.signed_by

    @rule("E_STATE", "the signing window has begun", "el plazo de firma ha empezado")
    def _window_begun(self, on: Agreement, at: Context) -> Breach:
        start = parse_edtf(on.current.window).start if on.current.window else None
        return start is not None and at.day < start and {"from": str(start)}

    RULES: ClassVar = (
        _by_a_party_to_it,
        *_SEATED_WHERE_IT_IS_MADE,
        _signed_once,
        _window_begun,
        _last_version,
        _of_the_text,
    )

    def voices(self, on: Agreement, at: Context) -> Iterable[Mark]:
        """Give the signatures of the version."""
        return (signature.mark for signature in on.current.signatures)

    def then(self, on: Agreement, at: Context) -> Agreement:
        """Add the signature; with the last required one the version is in force."""
        signature = AgreementSignature(mark=at.mark, reservation=self.reservation)
        version = replace(on.current, signatures=(*on.current.signatures, signature))
        if version.missing:
            return on.with_current(version)
        return replace(on.with_current(replace(version, in_force_index=at.recorded.index)), status="in_force")


AGREEMENT: Final = AggregateKind(
    AgreementAct,
    {
        AgreementDrafted: {
            NONE: "drafted",
            "drafted": "drafted",
            "awaiting_signatures": "drafted",
            "partially_signed": "drafted",
        },
        AgreementTextFrozen: {"drafted": "awaiting_signatures"},
        AgreementSigned: {
            "awaiting_signatures": "partially_signed",
            "partially_signed": "partially_signed",
        },
    },
)
