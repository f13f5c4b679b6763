"""Parties: their names, and the organizations of a composite party, dated and never deleted."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Final, Protocol

from constancia.domain.identity.genesis import LedgerState
from constancia.domain.identity.role import is_reserved
from constancia.domain.identity.succession import succession_of
from constancia.domain.identity.vocabulary import DEFAULT_KINDS, PartyKind, check_choice
from constancia.domain.kernel.acts import Act, act, act_base
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.context import Context, begins_in_future, lies_in_future
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, Met, rule
from constancia.domain.values.calendar import parse_edtf
from constancia.domain.values.editions import LAST_OF_ES_AND_EN, SECOND, THIRD
from constancia.domain.values.names import compared, names_of
from constancia.domain.values.values import EdtfText, Identifier, Label, LanguageTag, Text, check_tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A name under which a document speaks of the party."""

    name: str
    lang: str
    official: bool
    used_in: str
    body: str | None = None  # a governance body, whose name it is instead


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """An organization's time within a composite party."""

    organization: str
    since: str
    until: str | None = None
    reason: Text | None = None
    entry: str | None = None  # leaf hash of the group's word; absent in the first two editions


@dataclass(frozen=True, slots=True, kw_only=True)
class Party(Aggregate):
    """A party: its id is permanent, its names are aliases."""

    party: str
    kind: str
    legal_name: Text
    acronym: str | None = None
    aliases: tuple[Alias, ...] = ()
    organizations: tuple[Membership, ...] = ()
    registered_by: str | None = None  # the other party that registered it; absent in the first two editions

    def open_membership(self, organization: str) -> Membership | None:
        """Give an organization's membership that has not ended."""
        current = (member for member in self.organizations if member.until is None)
        return next((member for member in current if member.organization == organization), None)


def find_party(at: Context, party: str) -> Party | None:
    """Give a registered party, or None."""
    return at.find(Party, f"party/{party}")


def unregistered(at: Context, parties: Iterable[str]) -> Iterable[Met]:
    """Give the parties that are not registered, as the rule `PARTY_EXISTS` meets them."""
    return [{"party": party} for party in parties if find_party(at, party) is None]


PARTY_EXISTS: Final = ("E_NOT_FOUND", "there is no such party", "no existe esa parte")


class NamesParty(Protocol):
    """An act with a member `party`."""

    @property
    def party(self) -> str:
        """A party's id."""


@rule("E_ROLE", "only the party's own root says this", "sólo la llave raíz de la propia parte firma este acto")
def by_own_party(act: NamesParty, on: object, at: Context) -> Breach:
    """Check that the actor is of the party that the act names."""
    return at.party != act.party and {"party": act.party}


@rule(*PARTY_EXISTS)
def party_registered(act: NamesParty, on: object, at: Context) -> Breach:
    """Check that the party that the act names is registered."""
    return unregistered(at, (act.party,))


@act_base
class PartyAct(Act[Party]):
    """What is said of a party."""

    stream_kind: ClassVar = "party"
    stream_id: ClassVar = ("party",)

    party: Identifier


@act
class PartyRegistered(PartyAct):
    """A party enters the ledger: a founder by its own root, any other by a representative in scope."""

    REPORTS: ClassVar = True
    signer: ClassVar = "root_or_rep"
    by_secretariat: ClassVar = True
    FIRST_CORRECTABLE: ClassVar = ("acronym", "legal_name")

    acronym: Label | None = None
    kind: PartyKind
    legal_name: Text

    @rule(
        "E_ROLE",
        "a root registers its own party, a founder of the ledger",
        "una raíz registra a su propia parte, fundadora del libro",
    )
    def _root_for_itself(self, on: object, at: Context) -> Breach:
        return at.is_root and (at.party != self.party or _founders_kind(at, self.party) is None)

    @rule(
        "E_ROLE", "a founding party is registered by its own root", "a una parte fundadora la registra su propia raíz"
    )
    def _founder_by_its_root(self, on: object, at: Context) -> Breach:
        return not at.is_root and _founders_kind(at, self.party) is not None

    @rule(
        "E_POLICY",
        "the kind is the one that genesis gave the founder",
        "el tipo es el que la génesis dio a la parte fundadora",
    )
    def _kind_of_genesis(self, on: object, at: Context) -> Breach:
        return _founders_kind(at, self.party) not in (None, self.kind)

    @rule("E_POLICY", "the kind is one of the ledger's", "el tipo es uno de los del libro", since=THIRD)
    def _kind_of_the_ledger(self, on: object, at: Context) -> Breach:
        kinds = kinds_of(at)
        return self.kind not in kinds and {"kind": self.kind, "kinds": sorted(kinds)}

    @rule(
        "E_POLICY",
        "no party has the name of a role, or one that stands for the members",
        "ninguna parte lleva el nombre de un papel ni uno que designa a los integrantes",
        since=SECOND,
    )
    def _not_a_role(self, on: object, at: Context) -> Breach:
        return is_reserved(self.party) and {"reserved": self.party}

    @rule(
        "E_POLICY",
        "no party has the legal name or the acronym of another that is there",
        "ninguna parte lleva la denominación ni la sigla de otra que existe",
        since=THIRD,
    )
    def _names_of_its_own(self, on: object, at: Context) -> Breach:
        own = names_of(self.legal_name, self.acronym)
        return [{"party": party} for party, names in names_there(at) if party != self.party and own & names]

    RULES: ClassVar = (
        _root_for_itself,
        _founder_by_its_root,
        _kind_of_genesis,
        _kind_of_the_ledger,
        _not_a_role,
        _names_of_its_own,
    )

    def check_edition(self, edition: int, where: str) -> None:
        """In editions 1 and 2 kinds are of a closed list; later, of the ledger's own."""
        if edition <= LAST_OF_ES_AND_EN:
            check_choice(self.kind, tuple(DEFAULT_KINDS), f"{where}.kind")

    def begin(self, at: Context) -> Party:
        """Create the party."""
        return Party(
            stream=self.stream(),
            party=self.party,
            kind=self.kind,
            legal_name=self.legal_name,
            acronym=self.acronym,
            registered_by=at.party if at.edition >= THIRD and at.party != self.party else None,
        )


def names_there(at: Context) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the names of founders and of registered parties that have not ended."""
    ledger = at.find(LedgerState, "ledger")
    for founder in ledger.opened.founders if ledger else ():
        if succession_of(at.state, founder.party) is None:
            yield founder.party, names_of(founder.legal_name, None)
    parties: Iterable[Party] = at.state.of(Party)
    for party in parties:
        if succession_of(at.state, party.party) is None:
            official = (alias.name for alias in party.aliases if alias.official)  # no body's: rule of the act
            yield party.party, names_of(party.legal_name, party.acronym) | frozenset(map(compared, official))


@act
class PartyNameRecorded(PartyAct):
    """Another name of the same party, or of a body as its documents have it, and where it is used. Never a new one."""

    MEMBER_SINCE: ClassVar = {"body": 3}
    REPORTS: ClassVar = True
    by_secretariat: ClassVar = True
    CORRECTABLE: ClassVar = ("used_in",)
    FIRST_CORRECTABLE: ClassVar = ("name", "used_in")

    body: Identifier | None = None
    lang: LanguageTag
    name: Label
    official: bool
    used_in: Label

    @rule("E_NOT_FOUND", "there is no such governance body", "no existe ese órgano de gobernanza", since=THIRD)
    def _body_exists(self, on: object, at: Context) -> Breach:
        named = self.body
        return named is not None and at.state.standing(f"governance/{named}") is None and {"governance body": named}

    @rule(
        "E_ROLE",
        "a party itself says which of its names is official; a body's is that of its founding",
        "cuál de sus nombres es oficial lo dice la propia parte; el de un órgano es el de su establecimiento",
        since=THIRD,
    )
    def _official_by_itself(self, on: object, at: Context) -> Breach:
        return self.official and (at.party != self.party or self.body is not None) and {"party": self.party}

    @rule(
        "E_POLICY",
        "no party calls a name official that another party has",
        "ninguna parte llama oficial a un nombre que otra parte tiene",
        since=THIRD,
    )
    def _official_of_its_own(self, on: object, at: Context) -> Breach:
        own = compared(self.name)
        there = names_there(at) if self.official else ()
        return [{"party": party} for party, names in there if party != self.party and own in names]

    RULES: ClassVar = (_body_exists, _official_by_itself, _official_of_its_own)

    def check_edition(self, edition: int, where: str) -> None:
        """Its language has the form that the edition asks for."""
        check_tag(self.lang, edition, f"{where}.lang")

    def then(self, on: Party, at: Context) -> Party:
        """Add the alias."""
        alias = Alias(name=self.name, lang=self.lang, official=self.official, used_in=self.used_in, body=self.body)
        return replace(on, aliases=(*on.aliases, alias))


@act
class MemberOrganizationJoined(PartyAct):
    """An organization belongs to a composite party since a date."""

    REPORTS: ClassVar = True
    signer: ClassVar = "root"
    CORRECTABLE: ClassVar = ("since",)

    organization: Identifier
    since: EdtfText

    @rule(
        "E_POLICY",
        "only a composite party has organizations",
        "sólo una parte compuesta tiene organizaciones",
        until=SECOND,
    )
    def _composite(self, on: Party, at: Context) -> Breach:
        return on.kind != "civil_society_group"

    @rule(
        "E_POLICY",
        "only a composite party or a working group has organizations",
        "sólo una parte compuesta o un grupo de trabajo tiene organizaciones",
        since=THIRD,
    )
    def _composite_or_group(self, on: Party, at: Context) -> Breach:
        return not kinds_of(at)[on.kind]

    @rule(*PARTY_EXISTS)
    def _organization_registered(self, on: object, at: Context) -> Breach:
        return unregistered(at, (self.organization,))

    @rule(
        "E_POLICY",
        "a founder is no organization of another founder",
        "una parte fundadora no es organización de otra parte fundadora",
        since=THIRD,
    )
    def _founders_apart(self, on: object, at: Context) -> Breach:  # also where it agrees
        return None not in (_founders_kind(at, self.party), _founders_kind(at, self.organization))

    @rule(
        "E_STATE", "an organization that joins is not a member yet", "una organización que ingresa aún no es integrante"
    )
    def _not_yet_in(self, on: Party, at: Context) -> Breach:
        return on.open_membership(self.organization) is not None

    @rule("E_DATE", "a membership does not begin in the future", "una pertenencia no empieza en el futuro")
    def _has_begun(self, on: object, at: Context) -> Breach:
        return begins_in_future(at, self.since)

    RULES: ClassVar = (
        by_own_party,
        _composite,
        _composite_or_group,
        _organization_registered,
        _founders_apart,
        _not_yet_in,
        _has_begun,
    )

    def then(self, on: Party, at: Context) -> Party:
        """Add the membership."""
        entry = at.recorded.leaf_hash if at.edition >= THIRD else None
        joined = Membership(organization=self.organization, since=self.since, entry=entry)
        return replace(on, organizations=(*on.organizations, joined))


@act
class MemberOrganizationLeft(PartyAct):
    """An organization's time in a composite party has ended; the record of it stays."""

    REPORTS: ClassVar = True
    signer: ClassVar = "root"
    CORRECTABLE: ClassVar = ("reason", "until")

    organization: Identifier
    reason: Text
    until: EdtfText

    @rule("E_STATE", "an organization that leaves is a member", "una organización que sale es integrante")
    def _is_in(self, on: Party, at: Context) -> Breach:
        return on.open_membership(self.organization) is None

    @rule(
        "E_POLICY",
        "a composite party keeps at least one organization",
        "una parte compuesta conserva al menos una organización",
    )
    def _not_the_last(self, on: Party, at: Context) -> Breach:
        still = [member for member in on.organizations if member.until is None]
        return len(still) == 1 and on.open_membership(self.organization) is not None

    @rule(
        "E_DATE", "the end of a membership does not lie in the future", "el fin de una pertenencia no está en el futuro"
    )
    def _has_ended(self, on: object, at: Context) -> Breach:
        return lies_in_future(at, self.until)

    @rule("E_DATE", "a membership does not end before it begins", "una pertenencia no termina antes de empezar")
    def _in_order(self, on: Party, at: Context) -> Breach:
        membership = on.open_membership(self.organization)
        since = parse_edtf(membership.since).start if membership else None
        end = parse_edtf(self.until).end
        return since is not None and end is not None and end < since

    RULES: ClassVar = (by_own_party, _is_in, _not_the_last, _has_ended, _in_order)

    def then(self, on: Party, at: Context) -> Party:
        """Close the membership."""
        left = on.open_membership(self.organization)
        changed = tuple(
            replace(member, until=self.until, reason=self.reason) if member is left else member
            for member in on.organizations
        )
        return replace(on, organizations=changed)


def kinds_of(at: Context) -> Mapping[str, bool]:
    """Give the ledger's kinds of party, and whether a party of the kind is composed of organizations."""
    genesis = at.find(LedgerState, "ledger")
    return DEFAULT_KINDS if genesis is None else genesis.kinds


def _founders_kind(at: Context, party: str) -> PartyKind | None:
    """Give the kind that genesis gave a founder; None for a party that is none."""
    genesis = at.find(LedgerState, "ledger")
    founder = genesis.founder(party) if genesis else None
    return founder.kind if founder else None


PARTY: Final = AggregateKind(
    PartyAct,
    {
        PartyRegistered: {NONE: "registered"},
        PartyNameRecorded: {"registered": "registered"},
        MemberOrganizationJoined: {"registered": "registered"},
        MemberOrganizationLeft: {"registered": "registered"},
    },
)
