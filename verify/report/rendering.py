"""A report in words and as JSON: what `report.findings` holds as data, for a person and for a program."""

import json
from typing import Any, Final

from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.report.findings import Fault, Remark, Report, Verdict
from constancia.verify.report.printable import printable
from constancia.verify.report.words import FAULTS, LABELS, REMARKS, SEEN, VERDICTS

MAX_LINE: Final = 8_000  # characters
LANGUAGES: Final = ("es", "en")
_REMARKED: Final = ("open", "not_checked", "notes")
_COPIED: Final = ("origin", "size", "since", "root", "genesis", "log_key", "anchored", "checkpoint")
MAX_SHOWN: Final = 120  # characters of an expected or found value in text


def verdict_word(verdict: Verdict, lang: str) -> str:
    """Return the verdict in a language (`es`, `en`)."""
    return VERDICTS[verdict.name][lang]


def remark_words(remark: Remark, lang: str) -> str:
    """Return the sentence of a remark in a language (`es`, `en`)."""
    return REMARKS[remark.code][lang].format(**remark.params)


def report_json(report: Report) -> str:
    """Give the report as JSON, the same members always."""
    return json_text(_document(report))


def json_text(document: object, *, indent: int | None = 1) -> str:
    """Give JSON in which everything that `printable` escapes is a JSON escape: it means the same."""
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    return "".join(char if char == "\n" or printable(char) == char else json.dumps(char)[1:-1] for char in text)


def unreadable_text(error: Unreadable | Malformed, lang: str) -> str:
    """Say that there is no verdict, why, and what to do, in `es` or `en`."""
    words = SEEN.get(error.code) if isinstance(error, Unreadable) else None
    advice = "" if words is None else "\n" + words[lang].format(count=1, first=printable(error.where, 300))
    return f"{VERDICTS['UNREADABLE'][lang]}  {printable(error)}{advice}"


def _document(report: Report) -> dict[str, Any]:
    return {
        "verdict": report.verdict.name.lower(),
        "exit_code": report.verdict.exit_code,
        "source": {"kind": report.kind, "location": report.location},
        **{name: getattr(report, name) for name in _COPIED},
        "checked": {level: dict(counts) for level, counts in report.checked.items()},
        "faults_total": report.faults_total,
        "first_fault": _fault_document(report.first) if report.first else None,
        "faults": [_fault_document(fault) for fault in report.faults] if report.list_all else [],
        **{name: [_remark_document(remark) for remark in getattr(report, name)] for name in _REMARKED},
    }


def report_text(report: Report, lang: str = "es") -> str:
    """Return the report as text, in `es` or `en`."""
    label = {name: words[lang] for name, words in LABELS.items()}
    lines = [f"{verdict_word(report.verdict, lang)}  {report.location} ({label[report.kind]})"]
    if report.since is not None and not report.faults_total:
        new = (report.size or 0) - report.since
        lines.append(VERDICTS["SINCE"][lang].format(size=report.since, new=new))
    lines.append("")
    for name in ("origin", "size", "root", "genesis", "log_key"):
        value = getattr(report, name)
        lines += [f"{label[name]}: {_cut(str(value))}"] if value is not None else []
    for level, counts in report.checked.items():
        done = ", ".join(f"{label.get(what, what)} {n}" for what, n in counts.items())
        lines.append(f"{level} {label[level]}: {done}")
    for title in _REMARKED:
        if remarks := getattr(report, title):
            lines += ["", label[title], *(f"  - {remark_words(remark, lang)}" for remark in remarks)]
    if report.faults:
        shown = report.faults if report.list_all else report.faults[:1]
        lines += ["", f"{label['faults' if report.list_all else 'first_fault']} ({len(shown)}/{report.faults_total})"]
        lines += [f"  - {_fault_words(fault, lang)}" for fault in shown]
    return "".join(f"{printable(line, MAX_LINE)}\n" for line in lines)


def _fault_document(fault: Fault) -> dict[str, object]:
    members = ["code", "level", "index", "last_index", "somewhere", "field", "expected", "found", "note"]
    return {name: getattr(fault, name) for name in members} | {lang: FAULTS[fault.code][lang] for lang in LANGUAGES}


def _remark_document(remark: Remark) -> dict[str, object]:
    return {
        "code": remark.code,
        "params": dict(remark.params),
        **{lang: remark_words(remark, lang) for lang in LANGUAGES},
    }


def _fault_words(fault: Fault, lang: str) -> str:
    label = {name: words[lang] for name, words in LABELS.items()}
    if fault.index is None:
        place = label["log"]
    elif fault.last_index is None:
        place = f"{label['entry']} {fault.index}"
    else:
        place = f"{label['somewhere' if fault.somewhere else 'entries']} {fault.index}–{fault.last_index}"
    return (
        f"{place}, {fault.field}: {FAULTS[fault.code][lang]} [{fault.level} {fault.code}]; "
        f"{label['expected']} {_cut(fault.expected)}, {label['found']} {_cut(fault.found)}"
    )


def _cut(text: str) -> str:
    return printable(text, MAX_SHOWN)
