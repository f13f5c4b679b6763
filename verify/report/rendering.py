"""A report in words and as JSON: what `report.findings` holds as data, for a person and for a program."""

import json
from collections.abc import Callable
from typing import Any, Final

from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.report.acts import Names
from constancia.verify.report.findings import EntryInWords, Fault, Remark, Report, Verdict
from constancia.verify.report.kinds import KINDS, NOT_HAD
from constancia.verify.report.lay_report import REMARKED, act_sentence, changes_of, lay_lines, remark_words
from constancia.verify.report.output import UNREADABLE
from constancia.verify.report.printable import printable
from constancia.verify.report.words import FAULTS, LABELS, LAY, REFUSED, SEEN, TECHNICAL, TLS, VERDICTS, filled

MAX_LINE: Final = 8_000  # characters
LANGUAGES: Final = ("es", "en")
_COPIED: Final = ("origin", "size", "since", "root", "genesis", "log_key", "anchored", "trust", "checkpoint")
MAX_SHOWN: Final = 120  # characters of an expected or found value in text
_ADVICE: Final = {**SEEN, **REFUSED, **NOT_HAD, **TLS}


def verdict_word(verdict: Verdict, lang: str) -> str:
    """Return the verdict in a language (`es`, `en`)."""
    return VERDICTS[verdict.name][lang]


def report_json(report: Report) -> str:
    """Give the report as JSON, the same members always."""
    return json_text(_document(report))


def json_text(document: object, *, indent: int | None = 1) -> str:
    """Give JSON in which everything that `printable` escapes is a JSON escape: it means the same."""
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    escaped: dict[str, str | int | None] = {
        char: json.dumps(char)[1:-1] for char in set(text) if char != "\n" and printable(char) != char
    }
    return text.translate(str.maketrans(escaped)) if escaped else text


def unreadable_text(error: Unreadable | Malformed, lang: str, put: Callable[[str], str] = str) -> str:
    """Say that there is no verdict, why, and what to do.

    Args:
        error: Why.
        lang: `es` or `en`.
        put: Gives the program's own words, which are English, in that language; by default as they are.

    Returns:
        Lines, each harmless to a terminal.
    """
    if isinstance(error, Unreadable) and error.code in KINDS:
        says = act_sentence(getattr(error, "act", None), lang, Names())
        act = "" if says is None else "\n" + printable(filled(LAY["says"][lang], {"sentence": says}))
        return f"{VERDICTS['FOREIGN'][lang]}  {printable(error.where, 300)}\n\n{KINDS[error.code][lang]}{act}"
    if isinstance(error, Malformed):
        return f"{VERDICTS['UNREADABLE'][lang]}  {printable(error)}"
    code = "checkpoint" if (error.code, error.where) == ("missing", "checkpoint") else error.code
    words = LAY["zip-refused"] if code.startswith("zip") else _ADVICE.get(code)
    verdict, detail = VERDICTS["UNREADABLE"][lang], printable(put(error.detail))
    if words is None:
        return f"{verdict}  {printable(error.where)}: {detail} [{error.code}]"
    advice = filled(words[lang], {"count": 1, "first": printable(error.where, 300)})
    # The program's and the system's own words come last, after what to do.
    technical = "" if code in TLS else f"\n{LAY['technical'][lang]}: {detail}"
    return f"{verdict}  {printable(f'{error.where} [{error.code}]')}\n{advice}{technical}"


def unreadable_json(error: Unreadable | Malformed) -> str:
    """Give as JSON why there is no verdict: `foreign` where the file is another thing than what is verified."""
    is_foreign = error.code in KINDS
    return json_text({
        "verdict": "foreign" if is_foreign else "unreadable",
        "exit_code": UNREADABLE,
        "error": {"code": error.code, "where": error.where},
        **{lang: unreadable_text(error, lang) for lang in LANGUAGES},
    })  # fmt: skip


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
        "act": None if report.act is None else _act_document(report.act, report.names),
        "altered": [_act_document(shown, report.names) for shown in report.altered],
        **{name: [_remark_document(remark) for remark in getattr(report, name)] for name in REMARKED},
    }


def report_text(report: Report, lang: str = "es", *, detail: bool = False, option: str | None = None) -> str:
    """Return the report as text, in `es` or `en`: short sentences, and what is technical after them on request.

    Args:
        report: The report.
        lang: `es` or `en`.
        detail: Whether hashes, codes, numbers by level and all notes follow.
        option: How the reader asks for the detail, such as `--detalle`; None where it can't be asked for.

    Returns:
        Lines, each harmless to a terminal.
    """
    lines = [f"{verdict_word(report.verdict, lang)}  {report.location} ({LABELS[report.kind][lang]})", ""]
    if report.since is not None and not report.faults_total:
        new = (report.size or 0) - report.since
        lines[1:1] = [filled(VERDICTS["SINCE"][lang], {"size": report.since, "new": new})]
    lines += lay_lines(report, lang)
    if detail:
        lines += ["", LAY["technical"][lang], *_technical_lines(report, lang)]
    elif option is not None:
        lines += ["", filled(LAY["detail"][lang], {"option": option})]
    return "".join(f"{printable(line, MAX_LINE)}\n" for line in lines)


def _technical_lines(report: Report, lang: str) -> list[str]:
    label = {name: words[lang] for name, words in LABELS.items()}
    lines: list[str] = []
    for name in ("origin", "size", "root", "genesis", "log_key"):
        value = getattr(report, name)
        lines += [f"{label[name]}: {_cut(str(value))}"] if value is not None else []
    for level, counts in report.checked.items():
        done = ", ".join(f"{label.get(what, what)} {n}" for what, n in counts.items())
        lines.append(f"{level} {label[level]}: {done}")
    notes = report.notes if report.faults_total else ()
    technical = [remark for name in REMARKED for remark in getattr(report, name) if remark.code in TECHNICAL]
    technical += [remark for remark in notes if remark.code not in TECHNICAL]
    lines += [f"  - {remark_words(remark, lang)}" for remark in technical]
    if report.faults:
        shown = report.faults if report.list_all else report.faults[:1]
        lines += ["", f"{label['faults' if report.list_all else 'first_fault']} ({len(shown)}/{report.faults_total})"]
        lines += [f"  - {_fault_words(fault, lang)}" for fault in shown]
    return lines


def _fault_document(fault: Fault) -> dict[str, object]:
    members = ["code", "level", "index", "last_index", "somewhere", "field", "expected", "found", "note"]
    return {name: getattr(fault, name) for name in members} | {lang: FAULTS[fault.code][lang] for lang in LANGUAGES}


def _act_document(shown: EntryInWords, names: Names) -> dict[str, object]:
    return {
        "index": shown.index,
        "entry": shown.entry,
        "other": shown.other,
        "is_signed": shown.is_signed,
        **{lang: act_sentence(shown.entry, lang, names) for lang in LANGUAGES},
        "changes": {lang: changes_of(shown, lang, names) for lang in LANGUAGES},
    }


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
