"""What other people's tools read: commitments in the fields of OGP and its IRM, parties and people as Popolo.

Each is made of the rows that pages and interface show, as of the same size and day, and adds no judgement to them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from constancia.domain.values.calendar import parse_edtf
from constancia.domain.values.languages import language_shown, tag_of
from constancia.ledger.views.projections.base import Row
from constancia.ledger.views.reading import Reading

# Columns of the table, in their order. Source: fields of OGP's commitment pages and of the IRM's data guide.
OGP_FIELDS: Final = (
    "commitment_id", "title", "title_language", "action_plan", "cycle", "status", "lifecycle", "lead_institutions",
    "start", "end", "public_problem", "objective", "milestones", "milestones_overdue", "scope_version", "reductions",
    "self_reported_level", "contested_level", "irm_completion", "irm_early_results", "irm_report_sha256", "last_entry",
)  # fmt: skip
_INACTIVE: Final = ("closed", "proposed", "rejected", "suspended", "withdrawn")


def ogp_rows(reading: Reading) -> list[dict[str, str | int]]:
    """Give one flat row a commitment, in the order of their proposals.

    Args:
        reading: The state as of a size and a day.

    Returns:
        Rows with the members `OGP_FIELDS`; what there is none of is an empty string. Texts are in the ledger's first
        authentic language, or in another where they lack it; `title_language` is that of the title. `start` and `end`
        are of all milestones together: empty where a window is open on that side. `reductions` counts the versions of
        the scope that were computed to be one. `status` is `Active` from the adoption on, while no decision stopped the
        commitment.
    """
    languages = reading.state.languages
    plans = {carried["commitment"]: plan for plan in reading.rows("plans") for carried in plan["commitments"]}
    return [_ogp(row, plans.get(row["commitment"]), languages) for row in reading.rows("commitments")]


def _ogp(row: Row, plan: Row | None, languages: Sequence[str]) -> dict[str, str | int]:
    windows = [milestone["window"] for milestone in row["milestones"]]
    scored = [(item, assessed["report"]) for assessed in row["independent"] for item in assessed["values"]]
    values = {item["scale"]: (item["value"], report) for item, report in scored}
    title_language, title = _shown(row["title"], languages)
    completion, report = values.get("irm-completion", ("", None))
    return {
        "commitment_id": row["commitment"],
        "title": title,
        "title_language": title_language,
        "action_plan": plan["plan"] if plan else "",
        "cycle": plan["period"] if plan else "",
        "status": "Inactive" if row["lifecycle"] in _INACTIVE else "Active",
        "lifecycle": row["lifecycle"],
        "lead_institutions": "; ".join(sorted({lead for milestone in row["milestones"] for lead in milestone["lead"]})),
        "start": _start(windows),
        "end": _end(windows),
        "public_problem": _words(row["problem"], languages),
        "objective": _words(row["objective"], languages),
        "milestones": len(row["milestones"]),
        "milestones_overdue": sum(milestone["stands"] == "overdue" for milestone in row["milestones"]),
        "scope_version": row["scope_version"],
        "reductions": sum(scope["computed_kind"] == "reduction" for scope in row["scopes"]),
        "self_reported_level": row["self_level"],
        "contested_level": row["contested_level"] or "",
        "irm_completion": completion,
        "irm_early_results": values.get("irm-early-results", ("", None))[0],
        "irm_report_sha256": report["sha256"] if report else "",
        "last_entry": row["last"]["index"],
    }


def popolo(reading: Reading) -> dict[str, list[dict[str, Any]]]:
    """Give parties and people in the classes of Popolo.

    Args:
        reading: The state as of a size and a day.

    Returns:
        `organizations`, `persons` and `memberships`. Dates keep their precision; a person is who was appointed, by the
        name under which the appointment was made.

    Source: Popolo specification (classes Organization, Person, Membership).
    """
    languages = reading.state.languages
    parties = reading.rows("parties")
    persons: dict[str, dict[str, Any]] = {}
    memberships = list(_memberships(parties, languages))
    for party in parties:
        for appointment in party["appointments"]:
            persons[appointment["person"]] = {"id": appointment["person"], "name": appointment["name"]}
    return {
        "organizations": [
            {
                "classification": party["kind"],
                "id": party["party"],
                "name": _words(party["legal_name"], languages),
                "other_names": [{"name": alias["name"], "note": alias["used_in"]} for alias in party["aliases"]],
            }
            for party in parties
        ],
        "persons": [persons[name] for name in sorted(persons)],
        "memberships": memberships,
    }


def _memberships(parties: list[Row], languages: Sequence[str]) -> Iterator[dict[str, Any]]:
    for party in parties:
        for appointment in party["appointments"]:
            yield _dated(
                {
                    "organization_id": party["party"],
                    "person_id": appointment["person"],
                    "role": appointment["capacity"],
                    "label": _words(appointment["post"], languages),
                },
                appointment["valid_from"],
                appointment.get("valid_until"),
            )
        for organization in party.get("organizations", ()):
            member = {"member_id": organization["organization"], "organization_id": party["party"]}
            yield _dated(member, organization["since"], organization.get("until"))


def _dated(membership: dict[str, Any], start: str, end: str | None) -> dict[str, Any]:
    return membership | {"start_date": start} | ({"end_date": end} if end is not None else {})


def _start(windows: Sequence[str]) -> str:
    """Give the earliest start with its precision; nothing where there is no window, or one has no start."""
    starts = {parse_edtf(window).start: window.split("/")[0] for window in windows}
    days = [day for day in starts if day is not None]
    return starts[min(days)] if days and None not in starts else ""


def _end(windows: Sequence[str]) -> str:
    """Give the latest end with its precision; nothing where there is no window, or one has no end."""
    ends = {parse_edtf(window).end: window.split("/")[-1] for window in windows}
    days = [day for day in ends if day is not None]
    return ends[max(days)] if days and None not in ends else ""


def _words(text: Mapping[str, str], languages: Sequence[str]) -> str:
    """Give a text in the ledger's first language, or in the next that it has."""
    return _shown(text, languages)[1]


def _shown(text: Mapping[str, str], languages: Sequence[str]) -> tuple[str, str]:
    """Give the language in which a text is shown to a reader of the ledger's first language, and its words."""
    by_language = {str(tag_of(member)): words for member, words in text.items()}
    tag = language_shown(tuple(by_language), languages[0], languages)
    return tag, by_language[tag]
