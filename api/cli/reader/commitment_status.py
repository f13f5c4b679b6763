"""Status of every commitment, for the terminal: levels, scope, milestones, deliverables, deadlines."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from constancia.api.text.dates import date_words, moment_words
from constancia.api.text.i18n import in_language, tr
from constancia.domain.agreements.agreement import Agreement
from constancia.domain.commitments.commitment import Commitment, ScopeVersion
from constancia.domain.commitments.deliverables.deliverable import DeliverableState
from constancia.domain.commitments.deliverables.fulfilment import delivery, fulfilment
from constancia.domain.commitments.scope import Deliverable, Milestone
from constancia.domain.facts.derive import DerivedFact, derive, flags
from constancia.domain.facts.milestones import milestone_standing
from constancia.domain.facts.validity import Validity
from constancia.domain.remarks.entry_standing import contested_level
from constancia.domain.sentences import party_name
from constancia.domain.state import State
from constancia.domain.values.calendar import Certainty, local_day
from constancia.ledger.views.projections.base import Row
from constancia.ledger.views.reading import Reading
from constancia.verify.report.printable import printable


def print_standing(reading: Reading, lang: str) -> None:
    """Print the status of agreements and commitments.

    Args:
        reading: The state as of a size and a day.
        lang: `es` or `en`.
    """
    console = Console(highlight=False)
    state, at = reading.state, reading.at
    facts = derive(state, at)
    rows = {row["stream"]: row for name in ("agreements", "commitments") for row in reading.rows(name)}
    for agreement in state.of(Agreement):
        doubt = _doubt(rows[agreement.stream], lang)
        _print_agreement(console, state, agreement, facts, local_day(at, state.timezone), lang, doubt)
    for commitment in state.of(Commitment):
        _print_commitment(console, state, commitment, at, lang, rows[commitment.stream])


def _doubt(row: Row, lang: str) -> str:
    """Give what to add to what is so only possibly, since a date is known with limited precision."""
    if row.get("certainty") != Certainty.POSSIBLY.value:
        return ""
    otherwise = row["otherwise"]
    if otherwise is None:
        return f" ({_word(lang, 'possibly')}; {tr(lang, 'page.otherwise_nothing')})"
    status = otherwise.get("status") or otherwise.get("lifecycle")
    more = f"; {tr(lang, 'page.otherwise', status=_word(lang, status))}" if status else ""
    return f" ({_word(lang, 'possibly')}{more})"


# Derived facts are shown with the agreements, decisions and deliverables themselves.
_SHOWN: Final = ("body", "seat", "organization", "appointment", "role", "key", "rules")


def print_validities(reading: Reading, lang: str) -> None:
    """Print who held a seat, an office or a key on the day asked, and which rules were in force: yes, no, possibly."""
    console = Console(highlight=False, soft_wrap=True)
    day = moment_words(str(reading.as_of.day), lang, reading.state.timezone)
    console.print(f"[bold]{tr(lang, 'cli.standing.on_day', day=day)}[/bold]")
    for kind in _SHOWN:
        for validity in reading.validities:
            if validity.kind == kind:
                name = validity.name[:16] if kind == "key" else validity.name
                where = "" if validity.stream == f"{kind}/{validity.name}" else f" ({validity.stream})"
                answer = tr(lang, f"page.holds_{validity.holds.value}")
                what = escape(printable(f"{name}{where}"))
                console.print(f"  {_word(lang, kind)} {what}: {answer} — {_dates(validity, lang)}")
    console.print()


def _dates(validity: Validity, lang: str) -> str:
    if validity.changes:
        moves = (tr(lang, f"page.{change}_on", when=date_words(when, lang)) for change, when in validity.changes)
        return " · ".join([date_words(validity.since or "", lang), *moves])
    return " / ".join(date_words(when, lang) if when else "—" for when in (validity.since, validity.until))


def _word(lang: str, name: str) -> str:
    return tr(lang, f"word.{name}")


def _escaped(text: object, lang: str, state: State) -> str:
    """Escape text that a party wrote, so that square brackets in it are not markup."""
    return escape(printable(in_language(text, lang, state.languages)))


def _parties(state: State, parties: Iterable[str], lang: str) -> str:
    """Give the names of parties; a dash where there is none."""
    return ", ".join(_escaped(party_name(party, state), lang, state) for party in parties) or "—"


# The fact with which an agreement's status began.
_BEGAN: Final[Mapping[str, str]] = {
    "in_force": "AgreementEnteredIntoForce",
    "lapsed": "AgreementLapsed",
    "terminated": "AgreementTerminated",
}


def _print_agreement(
    console: Console,
    state: State,
    agreement: Agreement,
    facts: tuple[DerivedFact, ...],
    day: date,
    lang: str,
    doubt: str,
) -> None:
    version = agreement.current
    signed = _parties(state, (signature.mark.party for signature in version.signatures), lang)
    kind = _BEGAN.get(agreement.status_on(day))
    # A text that was amended entered into force twice: the agreement has been in force since the first time.
    began = [fact for fact in facts if fact.stream == agreement.stream and fact.kind == kind and fact.since]
    first = min(began, key=lambda fact: fact.known_index or 0, default=None)
    since = (
        f" ({tr(lang, 'cli.standing.since', since=moment_words(str(first.since), lang, state.timezone))})"
        if first
        else ""
    )
    status = _word(lang, agreement.status_on(day))
    console.print(f"[bold]{_escaped(version.title, lang, state)}[/bold] — {status}{since}{doubt}")
    console.print(f"  {tr(lang, 'cli.standing.signed', parties=signed)}")
    if version.missing:
        absent = _parties(state, version.missing, lang)
        console.print(f"  {tr(lang, 'cli.standing.missing', parties=absent)}")
    console.print()


def _print_commitment(
    console: Console, state: State, commitment: Commitment, at: datetime, lang: str, row: Row
) -> None:
    doubt = _doubt(row, lang)
    marks = ", ".join(_word(lang, flag) for flag in flags(state, commitment, at))
    shown = f" [bold red]({marks})[/bold red]" if marks else ""
    console.print(
        f"[bold]{_escaped(commitment.title, lang, state)}[/bold] ({commitment.commitment}) — "
        f"{_word(lang, commitment.status)}{shown}{doubt}"
    )
    levels = {
        "reported": commitment.self_level,
        "contested": contested_level(state, commitment),
        "independent": row["independent_level"],
    }
    named = [
        tr(lang, f"cli.standing.level_{name}", level=_word(lang, level)) for name, level in levels.items() if level
    ]
    console.print("  " + " · ".join(named))
    for version in commitment.scopes:
        console.print(
            f"  {tr(lang, 'cli.standing.scope', version=version.version)}: {_word(lang, version.computed_kind)}"
            + (f" (− {_removed(commitment, version, lang, state)})" if version.diff and version.diff.removed else "")
            + (
                f" ({tr(lang, 'page.without', parties=_parties(state, version.without, lang))})"
                if version.without
                else ""
            )
        )
    if commitment.scope is not None and commitment.scope.milestones:
        console.print(_milestones(state, commitment, at, lang))
    console.print()


def _removed(commitment: Commitment, version: ScopeVersion, lang: str, state: State) -> str:
    """Give what a scope no longer has, by the titles that it had before."""
    titles = {
        f"{member}/{getattr(item, ident)}": getattr(item, "title", None) or getattr(item, "text", None)
        for earlier in commitment.scopes
        for member, ident in (("deliverables", "deliverable"), ("milestones", "milestone"), ("actions", "action"))
        for item in getattr(earlier.scope, member)
    }
    removed = version.diff.removed if version.diff else ()
    return "; ".join(_escaped(titles.get(path) or path, lang, state) for path in removed)


def _milestones(state: State, commitment: Commitment, at: datetime, lang: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in ("milestone", "window", "stands", "deliverables"):
        table.add_column(tr(lang, f"cli.standing.{heading}"))
    scope = commitment.scope
    for milestone in scope.milestones if scope else ():
        items = (
            [deliverable for deliverable in scope.deliverables if deliverable.milestone == milestone.milestone]
            if scope
            else []
        )
        table.add_row(
            _escaped(milestone.title, lang, state),
            date_words(milestone.window, lang),
            _milestone_stands(state, commitment, milestone, at, lang),
            "\n".join(_deliverable_stands(state, commitment, item, lang) for item in items),
        )
    return table


def _milestone_stands(state: State, commitment: Commitment, milestone: Milestone, at: datetime, lang: str) -> str:
    standing = milestone_standing(state, commitment, milestone, at)
    if standing.stands == "overdue":
        return tr(
            lang,
            "cli.standing.overdue_one" if standing.days_late == 1 else "cli.standing.overdue",
            days=standing.days_late,
        )
    return tr(lang, f"cli.standing.{standing.stands}")


def _deliverable_stands(state: State, commitment: Commitment, item: Deliverable, lang: str) -> str:
    deliverable = state.aggregates.get(f"deliverable/{commitment.commitment}.{item.deliverable}")
    if not isinstance(deliverable, DeliverableState) or fulfilment(state, commitment, item):
        return f"{_escaped(item.title, lang, state)}: {_word(lang, delivery(state, commitment, item))}"
    version = tr(lang, "page.version_n", version=deliverable.accepted_version or deliverable.current.version)
    return f"{_escaped(item.title, lang, state)}: {_word(lang, deliverable.status)} ({version})"
