"""Parties: their names, and the organizations of a composite party, dated and never deleted."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from constancia.domain.identity.genesis import LedgerState, PartyKind
from constancia.domain.kernel.acts import Act, act
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.calendar import parse_edtf
from constancia.domain.kernel.context import Context, check_begun, check_past, missing
from constancia.domain.kernel.machine import NONE, Machine
from constancia.domain.kernel.problems import Problem
from constancia.domain.kernel.values import EdtfText, Identifier, Label, Text

MACHINE = Machine(
    "party",
    {
        "PartyRegistered": {NONE: "registered"},
        "PartyNameRecorded": {"registered": "registered"},
        "MemberOrganizationJoined": {"registered": "registered"},
        "MemberOrganizationLeft": {"registered": "registered"},
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A name under which a document speaks of the party."""

    name: str
    lang: str
    official: bool
    used_in: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """An organization's time within a composite party."""

    organization: str
    since: str
    until: str | None = None
    reason: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Party(Aggregate):
    """A party: its id is for ever, its names are aliases."""

    party: str
    kind: str
    legal_name: Text
    acronym: str | None = None
    aliases: tuple[Alias, ...] = ()
    organizations: tuple[Membership, ...] = ()

    def open_membership(self, organization: str) -> Membership | None:
        """Give an organization's membership that has not ended."""
        current = (one for one in self.organizations if one.until is None)
        return next((one for one in current if one.organization == organization), None)


def find_party(context: Context, party: str) -> Party | None:
    """Give a registered party, or None."""
    return context.find(Party, f"party/{party}")


@act
class PartyRegistered(Act):
    """A party enters the ledger: a founder by its own root, any other by a representative in scope."""

    stream_kind: ClassVar = "party"
    stream_id: ClassVar = ("party",)
    signer: ClassVar = "root_or_rep"

    acronym: Label | None = None
    kind: PartyKind
    legal_name: Text
    party: Identifier

    def check_role(self, context: Context) -> Iterator[Problem]:
        """A founder registers itself, with the kind that genesis gave it; a root registers nobody else."""
        genesis = context.find(LedgerState, "ledger")
        founder = genesis.founder(self.party) if genesis else None
        is_root = context.actor["capacity"] == "root"
        if is_root and (context.party != self.party or founder is None):
            yield Problem(code="E_ROLE", rule="a root registers its own party, a founder of the ledger")
        if founder is not None and not is_root:
            yield Problem(code="E_ROLE", rule="a founding party is registered by its own root")
        if founder is not None and founder.kind != self.kind:
            yield Problem(code="E_POLICY", rule="the kind is the one that genesis gave the founder")

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Party:
        """Create the party."""
        return Party(
            stream=self.stream(),
            party=self.party,
            kind=self.kind,
            legal_name=self.legal_name,
            acronym=self.acronym,
        )


@act
class PartyNameRecorded(Act):
    """Another name of the same party, and where it is used. Never a new party."""

    stream_kind: ClassVar = "party"
    stream_id: ClassVar = ("party",)

    lang: Identifier
    name: Label
    official: bool
    party: Identifier
    used_in: Label

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Party:
        """Add the alias."""
        party = _party(aggregate)
        alias = Alias(name=self.name, lang=self.lang, official=self.official, used_in=self.used_in)
        return replace(party, aliases=(*party.aliases, alias))


@act
class MemberOrganizationJoined(Act):
    """An organization belongs to a composite party since a date."""

    stream_kind: ClassVar = "party"
    stream_id: ClassVar = ("party",)
    signer: ClassVar = "root"

    organization: Identifier
    party: Identifier
    since: EdtfText

    def check_role(self, context: Context) -> Iterator[Problem]:
        """Only the composite party itself says who belongs to it."""
        yield from _check_own(self.party, context)

    def check_state(self, context: Context) -> Iterator[Problem]:
        """The composite is one, the organization is registered and not yet in."""
        party = context.own(Party)
        if party and party.kind != "civil_society_group":
            yield Problem(code="E_POLICY", rule="only a composite party has organizations")
        if find_party(context, self.organization) is None:
            yield missing("party", self.organization)
        if party and party.open_membership(self.organization):
            yield Problem(code="E_STATE", rule="the organization is a member already")

    def check_content(self, context: Context) -> Iterator[Problem]:
        """It has joined."""
        yield from check_begun(context, self.since, "a membership")

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Party:
        """Add the membership."""
        party = _party(aggregate)
        joined = Membership(organization=self.organization, since=self.since)
        return replace(party, organizations=(*party.organizations, joined))


@act
class MemberOrganizationLeft(Act):
    """An organization's time in a composite party has ended; the record of it stays."""

    stream_kind: ClassVar = "party"
    stream_id: ClassVar = ("party",)
    signer: ClassVar = "root"

    organization: Identifier
    party: Identifier
    reason: Text
    until: EdtfText

    def check_role(self, context: Context) -> Iterator[Problem]:
        """Only the composite party itself says who belongs to it."""
        yield from _check_own(self.party, context)

    def check_state(self, context: Context) -> Iterator[Problem]:
        """It is a member, and not the last one."""
        party = context.own(Party)
        if party and not party.open_membership(self.organization):
            yield Problem(code="E_STATE", rule="the organization is not a member")
        elif party and sum(one.until is None for one in party.organizations) == 1:
            yield Problem(code="E_POLICY", rule="a composite party keeps at least one organization")

    def check_content(self, context: Context) -> Iterator[Problem]:
        """It has left, and not before it joined."""
        yield from check_past(context, self.until, "the end of a membership")
        party = context.own(Party)
        membership = party.open_membership(self.organization) if party else None
        since = parse_edtf(membership.since).start if membership else None
        end = parse_edtf(self.until).end
        if since is not None and end is not None and end < since:
            yield Problem(code="E_DATE", rule="a membership does not end before it begins")

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Party:
        """Close the membership."""
        party = _party(aggregate)
        left = party.open_membership(self.organization)
        changed = tuple(
            replace(one, until=self.until, reason=self.reason) if one is left else one for one in party.organizations
        )
        return replace(party, organizations=changed)


def _check_own(party: str, context: Context) -> Iterator[Problem]:
    if context.party != party:
        yield Problem(code="E_ROLE", rule="only the party's own root says this", found={"party": party})


def _party(aggregate: Aggregate | None) -> Party:
    if not isinstance(aggregate, Party):
        raise TypeError("a party's act on another aggregate")
    return aggregate
