"""What was promised and what became of it: each item over the versions of the scope, who decided, who opposed."""

from dataclasses import dataclass
from typing import Final, Literal

from markupsafe import Markup

from constancia.api.pictures.figure import Cell, figure, listed, table
from constancia.api.pictures.svg import (
    NARROWEST,
    SMALL,
    ForeignText,
    bar,
    label,
    line,
    paragraph,
    picture,
    placed,
    shape,
    tag,
)  # fmt: skip
from constancia.api.text.dates import date_short, date_words
from constancia.api.text.i18n import template, tr

ChangeKind = Literal["removed", "deferred", "added", "altered"]
Group = Literal["deliverables", "actions", "milestones", "indicators"]
_COLUMN: Final = 72  # pixels
_GROUPS: Final[dict[Group, str]] = {
    "deliverables": "page.pic_group_deliverables",
    "actions": "page.pic_group_actions",
    "milestones": "page.pic_group_milestones",
    "indicators": "page.pic_group_indicators",
}
_TO: Final[dict[ChangeKind, str]] = {
    "removed": "page.pic_to_remove",
    "deferred": "page.pic_to_defer",
    "added": "page.pic_to_add",
    "altered": "page.pic_to_alter",
}
_SIGNS: Final[dict[ChangeKind, tuple[str, str]]] = {
    "removed": ("−", "page.pic_removed"),
    "deferred": ("→", "page.pic_deferred"),
    "added": ("+", "page.pic_added"),
    "altered": ("~", "page.pic_altered"),
}
_PATHS: Final[dict[ChangeKind, tuple[str, str]]] = {
    "removed": ("M-4 -4L4 4M4 -4L-4 4", "bad"),
    "deferred": ("M-5 0H4M0 -4L5 0L0 4", "warn"),
    "added": ("M-5 0H5M0 -5V5", "good"),
    "altered": ("M-5 1Q-2.5 -4 0 0T5 -1", "ink"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """How a decision stands and who voted how: names of parties, and the parties that took no part.

    Attributes:
        status: `signed`, `adopted`, `rejected`, `lapsed`, `voting` or `proposed`; None where there is no decision.
        proposed_by: Who put it to the vote.
        favour: Who voted for it.
        against: Who voted against it.
        abstained: Who abstained.
        absent: Who could have voted and did not.
        without: Parties to the baseline, or members, that did not sign what was recorded.
    """

    status: str | None
    proposed_by: str = ""
    favour: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    abstained: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeChange:
    """What a version changed: what was done, to which item or part of one, in words."""

    kind: ChangeKind
    what: ForeignText


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of the scope: number, when it was recorded to have happened (EDTF), who decided, what it changed."""

    number: int
    on: str
    votes: Votes
    changes: tuple[ScopeChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeItem:
    """A deliverable, an action or another promise: in which versions it is, and what those did to it."""

    group: Group
    title: ForeignText
    present: tuple[bool, ...]
    changes: tuple[frozenset[ChangeKind], ...]

    @property
    def is_removed(self) -> bool:
        """Whether the last version has it no more."""
        return not self.present[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A scope that was proposed and did not become one: why, when (EDTF), what it would have changed, the votes."""

    reasons: ForeignText | None
    on: str
    votes: Votes
    changes: tuple[ScopeChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ribbon:
    """The scope of a commitment over its versions, with what was proposed and not adopted."""

    versions: tuple[Version, ...]
    items: tuple[ScopeItem, ...]
    proposals: tuple[Proposal, ...] = ()
    is_certain: bool = True


def draw(model: Ribbon, lang: str) -> Markup:
    """Draw the ribbon, with its table; nothing where no scope was adopted.

    Args:
        model: What to draw.
        lang: `es` or `en`.
    """
    if not model.versions:
        return Markup("")
    count = len(model.versions)
    wide = count * _COLUMN > NARROWEST
    step = 100 / count
    parts: list[Markup] = []
    for place, version in enumerate(model.versions):
        x = step * (place + 0.5)
        parts.append(
            label(tr(lang, "page.pic_version", version=version.number), x, 14, _COLUMN, SMALL, anchor="middle")
        )
        day, _, year = date_short(version.on, lang).rpartition(" ")
        parts += [
            label(words, x, 28 + 13 * place, _COLUMN - 2, SMALL - 1, "soft", "middle")
            for place, words in enumerate((day, year) if "/" not in version.on else (date_short(version.on, lang),))
            if words
        ]
    y = 50.0
    for group, name in _GROUPS.items():
        items = [item for item in model.items if item.group == group]
        if items:
            parts.append(label(tr(lang, name), 0, y + 13, size=SMALL, class_="soft", font_weight=700))
            y += 20
        for item in items:
            drawn, height = _item(item, step, y, lang)
            parts += drawn
            y += height
    for proposal in model.proposals:
        drawn, height = _proposal(proposal, y, lang)
        parts += drawn
        y += height
    drawing = picture(y, tr(lang, "page.pic_scope_name"), parts, count * _COLUMN if wide else 0)
    return figure(lang, drawing, _caption(model, lang), _table(model, lang), scrolls=wide)


def _item(item: ScopeItem, step: float, y: float, lang: str) -> tuple[list[Markup], float]:
    """Draw an item: its title, struck through where it was taken out, and its ribbon."""
    struck = "line-through" if item.is_removed else None
    title, used = paragraph(item.title, y, class_="soft" if item.is_removed else "ink", text_decoration=struck)
    top = y + used + 3
    parts = [title]
    for place, is_present in enumerate(item.present):
        if is_present:
            parts.append(bar(step * place + 0.5, step * (place + 1) - 0.5, top, 8, "accent"))
        for kind in sorted(item.changes[place]):
            path, colour = _PATHS[kind]
            disc = tag("circle", cx=0, cy=0, r=9, class_="paper", fill="currentColor")
            edge = tag("circle", cx=0, cy=0, r=8, class_=colour, fill="none", stroke="currentColor", stroke_width=1.5)
            sign = shape(path, colour, "none", stroke="currentColor", stroke_width=2)
            x = step * place + 4 if kind == "removed" else step * (place + 0.5)
            drawn = placed(x, top + 4, disc, edge, sign)
            parts.append(tag("g", tag("title", tr(lang, _SIGNS[kind][1])), drawn))
    return parts, used + 22


def _proposal(proposal: Proposal, y: float, lang: str) -> tuple[list[Markup], float]:
    """Draw what was proposed and not adopted: a dashed ribbon that ends in a cross, and the words."""
    parts = [line(0, y + 2, 100, y + 2)]
    title, used = paragraph(proposal_words(proposal, lang), y + 8, most=3)
    if proposal.reasons is not None:
        given = tr(lang, "page.pic_reasons", reasons=proposal.reasons.clean)
        why, more = paragraph(given, y + 8 + used, size=SMALL, class_="soft", most=2)
        parts.append(why)
        used += more
    top = y + 12 + used
    dashed = {"fill": "none", "stroke": "currentColor", "stroke_dasharray": "4 3"}
    is_open = proposal.votes.status in (None, "proposed", "voting", "adopted")
    colour = "warn" if is_open else "bad"
    parts += [title, bar(0.5, 60, top, 8, colour, **dashed)]
    sign = "M-5 0H4M0 -4L5 0L0 4" if is_open else "M-5 -5L5 5M5 -5L-5 5"
    parts.append(placed(64, top + 4, shape(sign, colour, "none", stroke="currentColor", stroke_width=2.5)))
    words, more = paragraph(votes_words(proposal.votes, lang), top + 12, size=SMALL, class_="soft", most=3)
    return [*parts, words], top + 12 + more + 10 - y


def change_words(change: ScopeChange, lang: str) -> str:
    """Say a change with its sign: what was taken out, put off, added or altered."""
    sign, name = _SIGNS[change.kind]
    return f"{sign} {tr(lang, name)}: {change.what.clean}"


def _change_cell(change: ScopeChange, lang: str) -> Markup:
    """Say a change in a table, its title in its own language."""
    sign, name = _SIGNS[change.kind]
    return Markup("{} {}: {}").format(sign, tr(lang, name), change.what.html())


def proposal_words(proposal: Proposal, lang: str) -> str:
    """Say what was proposed, by whom."""
    changes = "; ".join(tr(lang, _TO[change.kind], what=change.what.clean) for change in proposal.changes)
    name = "page.pic_proposed_by" if changes else "page.pic_proposed_other"
    return tr(lang, name, party=proposal.votes.proposed_by, **({"changes": changes} if changes else {}))


def votes_words(votes: Votes, lang: str) -> str:
    """Say how a decision came out, who opposed, and who took no part."""
    outcome: dict[str | None, str] = {
        "signed": "page.pic_was_signed",
        "adopted": "page.pic_was_adopted",
        "rejected": "page.pic_was_rejected",
        "lapsed": "page.pic_was_lapsed",
        "voting": "page.pic_is_open",
        "proposed": "page.pic_is_open",
        None: "page.pic_no_decision",
    }
    parts = [tr(lang, outcome.get(votes.status, "page.pic_is_open"))]
    groups = (
        ("page.pic_v_for", votes.favour),
        ("page.pic_v_against", votes.against),
        ("page.pic_v_abstained", votes.abstained),
        ("page.pic_v_absent", votes.absent),
        ("page.pic_v_without", votes.without),
    )
    parts += [tr(lang, name, parties=", ".join(parties)) for name, parties in groups if parties]
    return "; ".join(parts)


def _caption(model: Ribbon, lang: str) -> str:
    gone = sum(item.is_removed for item in model.items)
    first = sum(item.present[0] for item in model.items)
    parts = [tr(lang, "page.pic_scope_counts", first=first, gone=gone), tr(lang, "page.pic_scope_key")]
    if not model.is_certain:
        parts.append(tr(lang, "page.pic_uncertain"))
    return " ".join(parts)


def _table(model: Ribbon, lang: str) -> Markup:
    heads = [tr(lang, name) for name in ("page.pic_version_head", "page.pic_changes", "page.pic_by_whom")]
    rows: list[tuple[Cell, ...]] = []
    for version in model.versions:
        name = tr(lang, "page.pic_version_on", version=version.number, on=date_words(version.on, lang))
        changes: list[Cell] = [_change_cell(change, lang) for change in version.changes]
        if version is model.versions[0]:
            changes = [item.title for item in model.items if item.present[0]]
        rows.append((name, listed(changes) or "—", votes_words(version.votes, lang)))
    for proposal in model.proposals:
        name = tr(lang, "page.pic_proposal_on", on=date_words(proposal.on, lang))
        reasons = proposal.reasons
        why = [Markup(template(lang, "page.pic_reasons", {})) % {"reasons": reasons.html()}] if reasons else []  # noqa: S704
        rows.append((name, listed([proposal_words(proposal, lang), *why]), votes_words(proposal.votes, lang)))
    return table(tr(lang, "page.pic_scope_name"), heads, rows)
