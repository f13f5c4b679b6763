"""A chronicle: entries in groups that belong together, such as a decision with its votes and signatures.

The key housekeeping of parties is no news of an agreement and is left out; it is on the pages of parties and entries.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from markupsafe import Markup

from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.frame.marked_text import marked_sentence
from constancia.domain.sentences import sentence_of
from constancia.domain.values.calendar import parse_edtf
from constancia.ledger.views.projections.base import Row

HOUSEKEEPING: Final = frozenset(
    {
        "KeyEndorsed", "KeyRegistered", "KeyRevoked", "KeyRotated", "LawEditionAdopted", "MemberOrganizationJoined",
        "MemberOrganizationLeft", "PartyNameRecorded", "RepresentativeAppointed", "RepresentativeRevoked",
        "SignatureReaffirmed",
    }
)  # fmt: skip
INVENTED: Final = ("invented", "public_step_invented", "seed_step_invented")
# A type → the icon and the kind of news that it is; others have a plain mark.
_MARKS: Final[Mapping[str, tuple[str, str]]] = {
    "AgreementSigned": ("pen", "signed"),
    "AllegationMade": ("talk", "contested"),
    "CommitmentAdopted": ("check", "adopted"),
    "CommitmentStatusDecided": ("scale", "decided"),
    "ComplaintFiled": ("talk", "complaint"),
    "ComplaintResolved": ("scale", "complaint"),
    "DecisionProposed": ("scale", "decided"),
    "DecisionSigned": ("pen", "signed"),
    "DeliverableAccepted": ("check", "delivered"),
    "DeliverableContested": ("alert", "contested"),
    "DeliverableRejected": ("cross", "delivered"),
    "DeliverableRevised": ("check", "delivered"),
    "DeliverableSubmitted": ("check", "delivered"),
    "EntryContested": ("alert", "contested"),
    "MilestoneCompleted": ("check", "delivered"),
    "PartyWithdrew": ("alert", "left"),
    "ProgressContested": ("alert", "contested"),
    "ScopeChanged": ("cut", "scope"),
}

KINDS_OF_NEWS: Final[Mapping[str, str]] = {name: kind for name, (_icon, kind) in _MARKS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry as a line: its plain sentence, both dates, what was corrected and said about it."""

    index: int
    leaf_hash: str
    type: str
    stream: str
    decision: str | None
    sentence: Markup
    party: str
    occurred_on: str
    recorded_at: str
    mode: str
    provenance: str | None
    corrections: tuple[Row, ...] = ()
    remarks: Row | None = None


@dataclass(slots=True, kw_only=True)
class ChronicleItem:
    """What belongs together: the line that says it best, and the others. `kind` is a kind of news."""

    head: Line
    icon: str = ""
    kind: str = ""
    lines: list[Line] = field(default_factory=list)

    @property
    def provenance(self) -> str | None:
        """What is invented in it, named once: the mark of any of its lines."""
        marks = [line.provenance for line in (self.head, *self.lines) if line.provenance in INVENTED]
        return marks[0] if marks else None

    @property
    def when(self) -> str:
        """When it happened: the latest of its dates, in that date's own precision."""
        return max((line.occurred_on for line in (self.head, *self.lines)), key=_end_of)

    @property
    def parties(self) -> list[str]:
        """The parties that say it, in order, each once."""
        return list(dict.fromkeys(line.party for line in sorted((self.head, *self.lines), key=lambda line: line.index)))


def _end_of(occurred_on: str) -> str:
    """Give the last day that a date may mean; "9999" where it has no end."""
    try:
        end = parse_edtf(occurred_on).end
    except ValueError:
        return ""
    return end.isoformat() if end is not None else "9999"


def lines(frame: Frame, indices: Iterable[int]) -> list[Line]:
    """Give entries as lines, with what was said of each as of the page's size and day."""
    return [_line(frame, index) for index in indices]


def _line(frame: Frame, index: int) -> Line:
    entry: dict[str, Any] = json.loads(frame.ledger.log.entry(index))
    statement = entry["statement"]
    leaf = frame.ledger.log.leaf_hash(index).hex()
    remarks = frame.as_of.find("remarks", f"entry/{leaf}")
    decision = statement["body"].get("decision")
    return Line(
        index=index,
        leaf_hash=leaf,
        type=statement["type"],
        stream=statement["stream"],
        decision=decision if isinstance(decision, str) else None,
        sentence=marked_sentence(sentence_of(statement, frame.state), frame.lang, frame.page_of),
        party=statement["actor"].get("party", ""),
        occurred_on=statement["occurred_on"],
        recorded_at=entry["recorded_at"],
        mode=statement["mode"],
        provenance=statement["body"].get("provenance"),
        corrections=tuple(remarks["corrections"]) if remarks is not None else (),
        remarks=remarks,
    )


def chronicle(listed: Iterable[Line]) -> list[ChronicleItem]:
    """Group lines that belong together, without housekeeping.

    Args:
        listed: Lines in the order of their indices.

    Returns:
        Groups in the order in which each began: a decision with its votes, signatures, dissents and what it changed;
        the same act said by several parties one after another.
    """
    items: list[ChronicleItem] = []
    decisions: dict[str, ChronicleItem] = {}
    for line in listed:
        if line.type in HOUSEKEEPING:
            continue
        if line.decision is not None:
            item = decisions.get(line.decision)
            if item is None:
                item = decisions[line.decision] = _item(line)
                items.append(item)
            elif _says_more(line, item.head):
                item.lines.append(item.head)
                item.head = line
                item.icon, item.kind = _MARKS.get(line.type, (item.icon, item.kind))
            else:
                item.lines.append(line)
        elif items and (items[-1].head.type, items[-1].head.stream) == (line.type, line.stream):
            items[-1].lines.append(items[-1].head)  # the last one that is needed makes it effective
            items[-1].head = line
        else:
            items.append(_item(line))
    for item in items:
        item.lines.sort(key=lambda line: line.index)
    return items


def _item(line: Line) -> ChronicleItem:
    icon, kind = _MARKS.get(line.type, ("", ""))
    return ChronicleItem(head=line, icon=icon, kind=kind)


def _says_more(line: Line, head: Line) -> bool:
    """Tell whether a line says what came of a decision: what was recorded by it; before, the proposal."""
    of_decision = line.stream.startswith("decision/")
    return not of_decision and head.stream.startswith("decision/")
