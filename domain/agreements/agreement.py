"""Agreements: drafted, frozen, signed by each party over one digest, in force exactly at the last signature."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from constancia.domain.identity.party import find_party
from constancia.domain.kernel.acts import Act, act
from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.calendar import parse_edtf
from constancia.domain.kernel.context import Context, missing
from constancia.domain.kernel.machine import NONE, Machine
from constancia.domain.kernel.problems import Problem
from constancia.domain.kernel.values import Count, Digest, DocSet, EdtfText, Identifier, Text, digest

MACHINE = Machine(
    "agreement",
    {
        "AgreementDrafted": {
            NONE: "drafted",
            "drafted": "drafted",
            "awaiting_signatures": "drafted",
            "partially_signed": "drafted",
        },
        "AgreementTextFrozen": {"drafted": "awaiting_signatures"},
        "AgreementSigned": {
            "awaiting_signatures": "partially_signed",
            "partially_signed": "partially_signed",
        },
    },
)


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

    @property
    def signed_by(self) -> frozenset[str]:
        """Parties that have signed."""
        return frozenset(one.mark.party for one in self.signatures)

    @property
    def missing(self) -> tuple[str, ...]:
        """Required parties that have not signed."""
        return tuple(one for one in self.required if one not in self.signed_by)


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

    def with_current(self, changed: AgreementVersion) -> tuple[AgreementVersion, ...]:
        """Give the versions with the last one replaced."""
        return (*self.versions[:-1], changed)


@act
class AgreementDrafted(Act):
    """A text is put forward, in all its languages. A changed comma is a new version with no signature."""

    stream_kind: ClassVar = "agreement"
    stream_id: ClassVar = ("agreement",)
    SORTED: ClassVar = {"parties": ""}

    agreement: Identifier
    docset: DocSet
    parties: tuple[Identifier, ...]
    title: Text
    version: Count

    def check_state(self, context: Context) -> Iterator[Problem]:
        """All parties are registered."""
        for party in self.parties:
            if find_party(context, party) is None:
                yield missing("party", party)

    def check_role(self, context: Context) -> Iterator[Problem]:
        """A later version is put forward by a party to the text."""
        yield from _check_party(context)

    def check_content(self, context: Context) -> Iterator[Problem]:
        """Nobody agrees with itself alone; and no version drops a party, else two of three could go on without it."""
        if len(self.parties) < 2:
            yield Problem(code="E_POLICY", rule="an agreement has at least two parties")
        agreement = context.own(Agreement)
        dropped = sorted(set(agreement.current.parties) - set(self.parties)) if agreement else []
        if dropped:
            rule = "a later version keeps the parties; without one it is another agreement"
            yield Problem(code="E_POLICY", rule=rule, found={"dropped": dropped})

    def check_version(self, context: Context) -> Iterator[Problem]:
        """The version is the next one."""
        agreement = context.own(Agreement)
        expected = agreement.current.version + 1 if agreement else 1
        if self.version != expected:
            yield Problem(code="E_VERSION_CONFLICT", rule="a draft is the next version", found={"expected": expected})

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Agreement:
        """Add the version."""
        version = AgreementVersion(
            version=self.version,
            title=self.title,
            docset=self.docset,
            docset_digest=digest(self.docset.to_json()),
            parties=self.parties,
        )
        if isinstance(aggregate, Agreement):
            return replace(aggregate, versions=(*aggregate.versions, version))
        return Agreement(stream=self.stream(), agreement=self.agreement, versions=(version,))


@act
class AgreementTextFrozen(Act):
    """From here on the text of the version can't change, and who must sign it is fixed."""

    stream_kind: ClassVar = "agreement"
    stream_id: ClassVar = ("agreement",)
    SORTED: ClassVar = {"required": ""}

    agreement: Identifier
    docset: Digest
    required: tuple[Identifier, ...]
    version: Count
    window: EdtfText | None = None

    def check_role(self, context: Context) -> Iterator[Problem]:
        """By a party to the text, or its secretariat."""
        yield from _check_party(context)

    def check_version(self, context: Context) -> Iterator[Problem]:
        """It freezes the last version."""
        yield from _check_version(self.version, context)

    def check_content(self, context: Context) -> Iterator[Problem]:
        """It names the version's text and parties."""
        yield from _check_digest(self.docset, context)
        agreement = context.own(Agreement)
        if agreement and self.required != agreement.current.parties:
            yield Problem(code="E_POLICY", rule="all parties to the text must sign it")
        end = parse_edtf(self.window).end if self.window else None
        if end is not None and end < context.day:
            yield Problem(code="E_DATE", rule="a signing window is not over before it is opened")

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Agreement:
        """Fix the required signers."""
        agreement = _agreement(aggregate)
        frozen = replace(agreement.current, required=self.required, window=self.window)
        return replace(agreement, versions=agreement.with_current(frozen))


@act
class AgreementSigned(Act):
    """A party signs exactly the frozen text: all language versions, bound by one digest."""

    stream_kind: ClassVar = "agreement"
    stream_id: ClassVar = ("agreement",)
    voice: ClassVar = "party"

    agreement: Identifier
    docset: Digest
    reservation: Text | None = None
    version: Count

    def check_role(self, context: Context) -> Iterator[Problem]:
        """The party is one of those that must sign."""
        yield from _check_party(context)

    def check_state(self, context: Context) -> Iterator[Problem]:
        """Once a party, and within the signing window."""
        agreement = context.own(Agreement)
        if agreement is None:
            return
        if context.party in agreement.current.signed_by:
            yield Problem(code="E_ALREADY_SIGNED", rule="a party signs a version once")
        window = agreement.current.window
        start = parse_edtf(window).start if window else None
        if start is not None and context.day < start:
            yield Problem(code="E_STATE", rule="the signing window has begun", found={"from": str(start)})

    def check_version(self, context: Context) -> Iterator[Problem]:
        """It signs the last version."""
        yield from _check_version(self.version, context)

    def check_content(self, context: Context) -> Iterator[Problem]:
        """The digest is the frozen text's."""
        yield from _check_digest(self.docset, context)

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Agreement:
        """Add the signature; with the last required one the version is in force."""
        agreement = _agreement(aggregate)
        signature = AgreementSignature(mark=context.mark, reservation=self.reservation)
        version = replace(agreement.current, signatures=(*agreement.current.signatures, signature))
        if version.missing:
            return replace(agreement, status="partially_signed", versions=agreement.with_current(version))
        version = replace(version, in_force_index=context.recorded.index)
        return replace(agreement, status="in_force", versions=agreement.with_current(version))


def _check_party(context: Context) -> Iterator[Problem]:
    agreement = context.own(Agreement)
    if agreement and context.party not in agreement.current.parties:
        found = {"parties": list(agreement.current.parties)}
        yield Problem(code="E_ROLE", rule="only the parties to a text sign, freeze and change it", found=found)


def _check_version(version: int, context: Context) -> Iterator[Problem]:
    agreement = context.own(Agreement)
    if agreement and version != agreement.current.version:
        yield Problem(
            code="E_VERSION_CONFLICT",
            rule="the act concerns the last version",
            found={"expected": agreement.current.version},
        )


def _check_digest(docset: str, context: Context) -> Iterator[Problem]:
    agreement = context.own(Agreement)
    if agreement and docset != agreement.current.docset_digest:
        yield Problem(
            code="E_DIGEST_MISMATCH",
            rule="the digest is that of the frozen text in all its languages",
            found={"expected": agreement.current.docset_digest},
        )


def _agreement(aggregate: Aggregate | None) -> Agreement:
    if not isinstance(aggregate, Agreement):
        raise TypeError("an agreement's act on another aggregate")
    return aggregate
