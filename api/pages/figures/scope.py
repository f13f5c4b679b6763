"""The model of the scope over its versions: what was promised, what each version did to it, who decided and opposed."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from constancia.api.pages.figures.source import PictureSource, is_certain
from constancia.api.pictures.scope import ChangeKind, Group, Proposal, Ribbon, ScopeChange, ScopeItem, Version, Votes
from constancia.api.pictures.svg import ForeignText
from constancia.api.text.dates import date_words
from constancia.domain.values.values import digest
from constancia.ledger.views.projections.base import Row

_KINDS: Final[tuple[ChangeKind, ...]] = ("removed", "deferred", "added", "altered")
_LISTS: Final[Mapping[Group, tuple[str, str]]] = {
    "deliverables": ("deliverable", "title"),
    "actions": ("action", "text"),
    "milestones": ("milestone", "title"),
    "indicators": ("indicator", "title"),
}
_PARTS: Final = {
    "form": "page.pic_p_form",
    "agenda": "page.pic_p_agenda",
    "milestone": "page.pic_p_milestone",
    "window": "page.pic_p_window",
    "objective": "page.pic_p_objective",
    "lead": "page.pic_p_lead",
    "support": "page.pic_p_support",
    "fallback": "page.pic_p_fallback",
    "direction": "page.pic_p_direction",
    "unit": "page.pic_p_unit",
    "target": "page.pic_p_target",
    "baseline": "page.pic_p_baseline",
}
_CONTENTS: Final = {
    "actions": "page.pic_p_actions",
    "actors": "page.pic_p_actors",
    "products": "page.pic_p_products",
    "times": "page.pic_p_times",
    "validation": "page.pic_p_validation",
}


def ribbon_of(source: PictureSource, commitment: Row) -> Ribbon:
    """Give the scope of a commitment over its versions.

    Args:
        source: What the page is as of.
        commitment: Its row.
    """
    decisions = {row["decision"]: row for row in source.decisions_on(commitment["stream"])}
    scopes = commitment["scopes"]
    versions = tuple(
        _version(source, version, scopes[place - 1] if place else None, decisions)
        for place, version in enumerate(scopes)
    )
    every = [_item(source, scopes, list_name, name) for list_name, name in _promised(scopes)]
    # Milestones are in the road map: here are those that a version changed.
    items = tuple(item for item in every if item.group in ("deliverables", "actions") or any(item.changes))
    proposals = tuple(_proposals(source, commitment, decisions))
    return Ribbon(versions=versions, items=items, proposals=proposals, is_certain=is_certain(commitment))


def _promised(scopes: Iterable[Row]) -> list[tuple[Group, str]]:
    """Give the lists and names of all that any version promised, in the order in which it came in."""
    named: dict[tuple[Group, str], None] = {}
    for list_name, (key, _text) in _LISTS.items():
        for version in scopes:
            named |= {(list_name, item[key]): None for item in version["scope"].get(list_name) or ()}
    return list(named)


def _find(scope: Row, list_name: Group, name: str) -> Row | None:
    key = _LISTS[list_name][0]
    item: Row | None = next((item for item in scope.get(list_name) or () if item[key] == name), None)
    return item


def _item(source: PictureSource, scopes: Iterable[Row], list_name: Group, name: str) -> ScopeItem:
    texts = [item for version in scopes if (item := _find(version["scope"], list_name, name)) is not None]
    changes = tuple(frozenset(_kinds_of(version, f"{list_name}/{name}")) for version in scopes)
    return ScopeItem(
        group=list_name,
        title=source.words(texts[-1][_LISTS[list_name][1]]),
        present=tuple(_find(version["scope"], list_name, name) is not None for version in scopes),
        changes=changes,
    )


def _kinds_of(version: Row, path: str) -> Iterator[ChangeKind]:
    """Yield what a version did to an item; what it did to a part of it makes the item another one, no less."""
    for kind in _KINDS:
        for changed in (version.get("diff") or {}).get(kind, ()):
            if changed == path:
                yield kind
            elif changed.startswith(f"{path}/"):
                yield "altered" if kind == "removed" else kind


def _version(source: PictureSource, version: Row, before: Row | None, decisions: Mapping[str, Row]) -> Version:
    votes = _votes(source, decisions.get(version["decision"]), version.get("without") or ())
    changes = _changes(source, version.get("diff"), before["scope"] if before else {}, version["scope"])
    on = version["mark"]["occurred_on"]
    return Version(number=version["version"], on=on, votes=votes, changes=tuple(changes))


def _votes(source: PictureSource, decision: Row | None, without: Iterable[str] = (), proposed_by: str = "") -> Votes:
    absent = source.parties(without)
    if decision is None:
        return Votes(status=None, proposed_by=proposed_by, without=absent)
    cast = {vote["party"]: vote["choice"] for vote in decision["standing_votes"]}

    def who(choice: str | None) -> tuple[str, ...]:
        return source.parties(party for party in decision["voters"] if cast.get(party) == choice)

    return Votes(
        status=decision["status"],
        proposed_by=proposed_by or source.party(decision["proposed"]["party"]),
        favour=who("for"),
        against=who("against"),
        abstained=who("abstain"),
        absent=who(None),
        without=absent,
    )


def _changes(source: PictureSource, diff: Row | None, before: Row, after: Row) -> Iterator[ScopeChange]:
    for kind in _KINDS:
        for path in (diff or {}).get(kind, ()):
            yield ScopeChange(kind=kind, what=_path_words(source, path, before, after))


def _path_words(source: PictureSource, path: str, before: Row, after: Row) -> ForeignText:
    """Say what a path of a scope is about, by the item's title; never by its identifier."""
    first, _, rest = path.partition("/")
    list_name: Group | None = next((group for group in _LISTS if group == first), None)
    if list_name is None:
        return ForeignText(source.say("page.pic_p_beneficiaries"))
    name, _, part = rest.partition("/")
    text = _LISTS[list_name][1]
    item = _find(after, list_name, name) or _find(before, list_name, name)
    title = source.words(item[text]) if item is not None else ForeignText("—")
    if not part:
        return title
    words = _part_words(source, part, _find(before, list_name, name), _find(after, list_name, name))
    return ForeignText(source.say("page.pic_part_of", title=title.clean, part=words), title.lang, is_made=True)


def _part_words(source: PictureSource, part: str, before: Row | None, after: Row | None) -> str:
    kind, _, name = part.partition("/")
    if kind == "contents":
        return source.say(_CONTENTS[name]) if name in _CONTENTS else name.replace("-", " ")
    if kind not in _PARTS:
        return source.say("page.pic_p_other")
    if kind == "window" and before is not None and after is not None:
        was, now = date_words(before["window"], source.lang), date_words(after["window"], source.lang)
        return source.say("page.pic_p_window_moved", before=was, after=now)
    if kind in ("lead", "support"):
        known = f"party/{name}" in source.reading.state.aggregates
        return source.say(_PARTS[kind], name=source.party(name) if known else source.word(name))
    return source.say(_PARTS[kind])


def _proposals(source: PictureSource, commitment: Row, decisions: Mapping[str, Row]) -> Iterator[Proposal]:
    """Yield the scopes that were proposed and did not become one: with a proposal of their own, or by a vote alone."""
    adopted = {version["decision"] for version in commitment["scopes"]}
    put = [row for row in decisions.values() if row["act"]["type"] == "ScopeChanged"]
    scopes = {version["version"]: version["scope"] for version in commitment["scopes"]}
    voted: set[str] = set()
    for proposal in commitment["proposals"]:
        decision = _decided(proposal, put)
        voted |= {decision["decision"]} if decision else set()
        if decision is not None and decision["decision"] in adopted:
            continue
        by = source.party(proposal["mark"]["party"])
        before = scopes.get(proposal["from_version"], {})
        yield Proposal(
            reasons=source.words(proposal["reasons"]),
            on=proposal["mark"]["occurred_on"],
            votes=_votes(source, decision, proposed_by=by),
            changes=tuple(_changes(source, proposal["diff"], before, proposal["scope"])),
        )
    for decision in put:
        if decision["decision"] not in voted | adopted:
            yield Proposal(
                reasons=source.words(decision["question"]),
                on=decision["proposed"]["occurred_on"],
                votes=_votes(source, decision),
            )


def _decided(proposal: Row, put: Iterable[Row]) -> Row | None:
    """Give the last decision on the very scope that was proposed, from the same version on."""
    wanted = digest(proposal["scope"])
    same = [
        row
        for row in put
        if row["act"]["body"].get("from_version") == proposal["from_version"]
        and digest(row["act"]["body"].get("scope")) == wanted
    ]
    return same[-1] if same else None


def changes_of(source: PictureSource, diff: Row | None, before: Row, after: Row) -> list[ScopeChange]:
    """Give what a scope changes of another, in words.

    Args:
        source: What the page is as of.
        diff: The paths that differ, by kind.
        before: The scope before, as JSON.
        after: The scope after.
    """
    return list(_changes(source, diff, before, after))
