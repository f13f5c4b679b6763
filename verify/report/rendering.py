"""A report as text and as JSON. The data is `constancia.verify.core.report`."""

import json
from typing import Any, Final

from constancia.verify.core.report import Fault, Remark, Report, Verdict
from constancia.verify.report.words import FAULTS, LABELS, REMARKS, VERDICTS

MAX_SHOWN: Final = 120  # characters of an expected or found value in text


def verdict_word(verdict: Verdict, lang: str) -> str:
    """Return the verdict in a language (`es`, `en`)."""
    return VERDICTS[verdict.name][lang]


def remark_words(remark: Remark, lang: str) -> str:
    """Return the sentence of a remark in a language (`es`, `en`)."""
    return REMARKS[remark.code][lang].format(**remark.params)


def report_json(report: Report) -> str:
    """Return the report as JSON; the members are always the same."""
    return _printable(json.dumps(_document(report), ensure_ascii=False, indent=1))


def _document(report: Report) -> dict[str, Any]:
    return {
        "verdict": report.verdict.name.lower(),
        "exit_code": report.verdict.exit_code,
        "source": {"kind": report.kind, "location": report.location},
        "origin": report.origin,
        "size": report.size,
        "since": report.since,
        "root": report.root,
        "genesis": report.genesis,
        "log_key": report.log_key,
        "anchored": report.anchored,
        "checkpoint": report.checkpoint,
        "checked": {level: dict(counts) for level, counts in report.checked.items()},
        "faults_total": report.faults_total,
        "first_fault": _fault_document(report.first) if report.first else None,
        "faults": [_fault_document(fault) for fault in report.faults] if report.list_all else [],
        "open": [_remark_document(remark) for remark in report.open],
        "not_checked": [_remark_document(remark) for remark in report.not_checked],
        "notes": [_remark_document(remark) for remark in report.notes],
    }


def report_text(report: Report, lang: str = "es") -> str:
    """Return the report as text, in `es` or `en`."""
    label = {name: words[lang] for name, words in LABELS.items()}
    lines = [f"{verdict_word(report.verdict, lang)}  {report.location} ({label[report.kind]})"]
    if report.since is not None and not report.faults_total:
        new = (report.size or 0) - report.since
        lines.append(VERDICTS["SINCE"][lang].format(size=report.since, new=new))
    lines.append("")
    for name, value in (
        ("origin", report.origin), ("size", report.size), ("root", report.root),
        ("genesis", report.genesis), ("log_key", report.log_key),
    ):  # fmt: skip
        lines += [f"{label[name]}: {_cut(str(value))}"] if value is not None else []
    for level, counts in report.checked.items():
        counted = ", ".join(f"{label.get(what, what)} {n}" for what, n in counts.items())
        lines.append(f"{level} {label[level]}: {counted}")
    for title, remarks in (
        ("open", report.open), ("not_checked", report.not_checked), ("notes", report.notes),
    ):  # fmt: skip
        if remarks:
            lines += ["", label[title], *(f"  - {remark_words(remark, lang)}" for remark in remarks)]
    if report.faults:
        shown = report.faults if report.list_all else report.faults[:1]
        title = label["faults"] if report.list_all else label["first_fault"]
        lines += ["", f"{title} ({len(shown)}/{report.faults_total})"]
        lines += [f"  - {_fault_words(fault, lang)}" for fault in shown]
    return _printable("\n".join(lines) + "\n")


def _fault_document(fault: Fault) -> dict[str, object]:
    return {
        "code": fault.code,
        "level": fault.level,
        "index": fault.index,
        "last_index": fault.last_index,
        "somewhere": fault.somewhere,
        "field": fault.field,
        "expected": fault.expected,
        "found": fault.found,
        "note": fault.note,
        "es": FAULTS[fault.code]["es"],
        "en": FAULTS[fault.code]["en"],
    }


def _remark_document(remark: Remark) -> dict[str, object]:
    return {
        "code": remark.code,
        "params": dict(remark.params),
        "es": remark_words(remark, "es"),
        "en": remark_words(remark, "en"),
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


def _printable(text: str) -> str:
    """Escape lone surrogates, which no output could encode; within JSON the escape means the same."""
    return text.encode("utf-8", "backslashreplace").decode()


def _cut(text: str) -> str:
    flat = text.encode("unicode_escape").decode() if not text.isprintable() else text
    return flat if len(flat) <= MAX_SHOWN else flat[:MAX_SHOWN] + "…"
