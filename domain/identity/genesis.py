"""Genesis: the ledger's own stream."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from constancia.domain.identity.key_material import KeyMaterial
from constancia.domain.identity.vocabulary import (
    DEFAULT_CAPACITIES,
    DEFAULT_KINDS,
    NamedCapacity,
    NamedKind,
    PartyKind,
    check_choice,
)
from constancia.domain.kernel.acts import Act, act, act_base, names_later_edition
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.context import Context
from constancia.domain.values.calendar import zone
from constancia.domain.values.editions import FIRST, LAST_OF_ES_AND_EN, NEWEST, THIRD
from constancia.domain.values.languages import DEFAULT_LANGUAGES
from constancia.domain.values.values import (
    Count,
    Doc,
    FormError,
    Identifier,
    Label,
    LanguageTag,
    Rule,
    Text,
    Value,
    check_tag,
)

# Rules that outcomes are computed from: a value that is none of these would silently mean something else.
COMPUTED_RULES: Final[Mapping[str, tuple[str, ...]]] = {
    "abstention": ("blocks", "neutral"),
    "decision_rule": ("majority", "unanimity"),
}


# Terms in days: name → where no rule says otherwise.
TERM_RULES: Final[Mapping[str, int]] = {"decision_term_days": 90, "response_term_days": 30}
# Yes or no; no, where no rule says otherwise.
SWITCH_RULES: Final = ("paper_attestation_counts",)
# First edition of the law that checks the value of a rule.
CHECKED_SINCE: Final[Mapping[str, int]] = {
    "decision_term_days": 2,
    "paper_attestation_counts": 3,
    "response_term_days": 3,
}
LONGEST_TERM: Final = 3_660
# Scales of assessments, from the third edition on: `scale_<id>` lists values, separated by commas, the lowest first;
# an id has `_` for each `-` there, as the name of a rule is a member's.
SCALE_RULE: Final = "scale_"
_SCALE_NAME: Final = re.compile(r"scale_[a-z0-9][a-z0-9_]{0,63}\Z")
_SCALE: Final = re.compile(r"[a-z][a-z0-9_-]{0,63}(?:,[a-z][a-z0-9_-]{0,63})+\Z")


def unknown_rules(rules: Mapping[str, Rule], edition: int = FIRST) -> Iterator[tuple[str, str | bool | int]]:
    """Give the rules that outcomes are computed from and whose value is not known, with that value."""
    for name, known in COMPUTED_RULES.items():
        if name in rules and rules[name].value not in known:
            yield name, rules[name].value
    for name, since in CHECKED_SINCE.items():
        if name in rules and edition >= since and not _is_known(name, rules[name].value):
            yield name, rules[name].value
    for name, rule in rules.items() if edition >= THIRD else ():
        if name.startswith(SCALE_RULE) and scale_values(rule.value) is None:
            yield name, rule.value


def scale_values(value: str | bool | int) -> tuple[str, ...] | None:
    """Give the values that a rule `scale_<id>` lists; None where it lists none, or one twice."""
    if not isinstance(value, str) or not _SCALE.match(value):
        return None
    values = tuple(value.split(","))
    return values if len(set(values)) == len(values) else None


def _expected(name: str) -> str:
    """Say which values a rule may have."""
    if name.startswith(SCALE_RULE):
        return "values, separated by commas"
    if name in SWITCH_RULES:
        return "true or false"
    return " or ".join(COMPUTED_RULES.get(name, (f"1 to {LONGEST_TERM} days",)))


def _is_known(name: str, value: str | bool | int) -> bool:
    if name in SWITCH_RULES:
        return type(value) is bool
    return type(value) is int and 1 <= value <= LONGEST_TERM


def is_on(rules: Mapping[str, Rule], name: str) -> bool:
    """Tell whether a rule that is yes or no says yes; no, where there is none."""
    return name in rules and rules[name].value is True


def term_days(rules: Mapping[str, Rule], name: str) -> int:
    """Give a term in days: the rule's, or the product's where there is none."""
    value = rules[name].value if name in rules else TERM_RULES[name]
    return value if type(value) is int and 1 <= value <= LONGEST_TERM else TERM_RULES[name]


def term_if_any(rules: Mapping[str, Rule], name: str) -> int | None:
    """Give a term in days where a rule sets it; None where none does."""
    value = rules[name].value if name in rules else None
    return value if type(value) is int and 1 <= value <= LONGEST_TERM else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Founder(Value):
    """A founding party with its root key."""

    kind: PartyKind
    legal_name: Text
    party: Identifier
    root: KeyMaterial


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerState(Aggregate):
    """The ledger's own aggregate: what genesis pinned, and the edition of the law that the founders adopted since."""

    opened: "LedgerOpened"
    adopted: int | None = None
    opened_at: str | None = None  # absent in the first edition

    @property
    def edition(self) -> int:
        """The edition of the law in force."""
        return self.adopted or self.opened.edition or FIRST

    @property
    def languages(self) -> tuple[str, ...]:
        """The authentic languages, sorted: every text has each of them."""
        return self.opened.languages or DEFAULT_LANGUAGES

    @property
    def kinds(self) -> Mapping[str, bool]:
        """The kinds of party, and whether a party of the kind is composed of organizations."""
        listed = self.opened.party_kinds
        return DEFAULT_KINDS if listed is None else {named.kind: bool(named.composite) for named in listed}

    @property
    def capacities(self) -> tuple[str, ...]:
        """The capacities in which persons are appointed."""
        listed = self.opened.capacities
        return DEFAULT_CAPACITIES if listed is None else tuple(named.capacity for named in listed)

    def name_of(self, word: str) -> Text | None:
        """Give the name that genesis gives to a kind of party or a capacity; None where it gives none."""
        kinds = ((named.kind, named.name) for named in self.opened.party_kinds or ())
        capacities = ((named.capacity, named.name) for named in self.opened.capacities or ())
        return next((name for named, name in (*kinds, *capacities) if named == word), None)

    def founder(self, party: str) -> Founder | None:
        """Give a founder by party, or None."""
        return next((founder for founder in self.opened.founders if founder.party == party), None)


@act_base
class LedgerAct(Act[LedgerState]):
    """What is said of the ledger itself."""

    stream_kind: ClassVar = "ledger"


@act
class LedgerOpened(LedgerAct):
    """Genesis: root keys, the log's keys, time zone, and the rules that the source leaves open."""

    signer: ClassVar = "founders"
    SORTED: ClassVar = {"capacities": "capacity", "founders": "party", "languages": "", "party_kinds": "kind"}
    MEMBER_SINCE: ClassVar = {
        "capacities": LAST_OF_ES_AND_EN + 1,
        "edition": FIRST + 1,
        "languages": LAST_OF_ES_AND_EN + 1,
        "party_kinds": LAST_OF_ES_AND_EN + 1,
    }

    charter: Doc
    demonstration: bool
    founders: tuple[Founder, ...]
    log_key: Label
    name: Text
    rules: dict[str, Rule]
    timezone: Label
    log_cosigner: str | None = None
    edition: Count | None = None
    languages: tuple[LanguageTag, ...] | None = None
    party_kinds: tuple[NamedKind, ...] | None = None
    capacities: tuple[NamedCapacity, ...] | None = None

    @classmethod
    def names_newer(cls, body: Mapping[str, Any]) -> bool:
        """Tell whether the ledger is founded under an edition that is not known here."""
        return names_later_edition(body)

    def check_form(self, where: str) -> None:
        """There are founders with different keys; the zone, the computed rules and the edition are known."""
        if self.edition is not None and not (FIRST < self.edition <= NEWEST):
            raise FormError(f"{where}.edition", f"an edition from {FIRST + 1} to {NEWEST}", self.edition)
        keys = [founder.root.key_id for founder in self.founders]
        if not keys or len(set(keys)) != len(keys):
            raise FormError(f"{where}.founders", "founders, each with a root key of its own", len(keys))
        try:
            zone(self.timezone)
        except ValueError as error:
            raise FormError(f"{where}.timezone", "an IANA time zone", self.timezone) from error
        for name in self.rules if (self.edition or FIRST) >= THIRD else ():
            # Else its scale would never be found: it is looked up by its id with `_` for each `-`.
            if name.startswith(SCALE_RULE) and not _SCALE_NAME.match(name):
                raise FormError(f"{where}.rules", "scale_ and an id in a-z, 0-9 and _, with _ for each -", name)
        for name, value in unknown_rules(self.rules, self.edition or FIRST):
            raise FormError(f"{where}.rules.{name}", _expected(name), value)
        for name in ("capacities", "languages", "party_kinds"):
            if getattr(self, name) == ():
                raise FormError(f"{where}.{name}", "a list that is not empty, or no list", "an empty list")

    def check_edition(self, edition: int, where: str) -> None:
        """Languages are tags; the kinds of the founders are among the ledger's."""
        for position, tag in enumerate(self.languages or ()):
            check_tag(tag, edition, f"{where}.languages[{position}]")
        listed = DEFAULT_KINDS if self.party_kinds is None else [named.kind for named in self.party_kinds]
        for position, founder in enumerate(self.founders):
            check_choice(founder.kind, tuple(listed), f"{where}.founders[{position}].kind")

    def begin(self, at: Context) -> LedgerState:
        """Pin what genesis says."""
        opened_at = at.recorded.recorded_at if at.edition > FIRST else None
        return LedgerState(stream=self.stream(), opened=self, opened_at=opened_at)
