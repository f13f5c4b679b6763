"""The report for a lay reader: what was found first, in short sentences, without hashes, codes or numbers by level."""

from collections.abc import Mapping
from typing import Any, Final

from constancia.verify.report import words
from constancia.verify.report.acts import Names, day_words, moment_words, sentence, signer
from constancia.verify.report.changes import change_words
from constancia.verify.report.findings import EntryInWords, Fault, Remark, Report, Verdict

REMARKED: Final = ("open", "not_checked", "notes")
MAX_ALSO: Final = 12  # further places that are named
# What was checked, by level and what is counted, and the sentence for it.
_COUNTED: Final = (("L1", "entries"), ("L2", "signatures"), ("L3", "moves"), ("L5", "anchors"))
_LOGS: Final = ("store", "folder", "url", "zip")


def remark_words(remark: Remark, lang: str) -> str:
    """Return the sentence of a remark in a language (`es`, `en`)."""
    return words.filled(words.REMARKS[remark.code][lang], remark.params)


def lay_lines(report: Report, lang: str) -> list[str]:
    """Give the lines of a report: the alteration or the act, what was checked, what is missing, what was not checked.

    Of what was altered no note reassures: those are in the technical detail then.

    Args:
        report: The report.
        lang: `es` or `en`.

    Returns:
        Lines; foreign text in them is not yet made harmless.
    """
    if report.faults_total:
        lines = _altered(report, lang)
    else:
        is_certain = report.verdict is Verdict.INTACT
        act = [] if report.act is None else act_lines(report.act, lang, report.names, is_certain=is_certain)
        lines = [*act, *([""] if act else []), *_sound(report, lang)]
    if report.trust is not None:
        word = {"address": "", "date": "", **report.trust}
        place = ", ".join(filter(None, [word["address"], day_words(word["date"], lang)]))
        lines.append(_say("by-publisher" if "publisher" in word else "by-anchor", lang, **word, place=place))
        lines.append(f"{words.LABELS['fingerprint'][lang]}: {word['fingerprint']}")
    for name in REMARKED[:2] if report.faults_total else REMARKED:
        remarks = [_of_demonstration(remark, report.names) for remark in getattr(report, name)]
        sentences = [remark_words(remark, lang) for remark in remarks if remark.code not in words.TECHNICAL]
        if sentences:
            lines += ["", words.LABELS[name][lang], *(f"  - {line}" for line in dict.fromkeys(sentences))]
    return lines


def _of_demonstration(remark: Remark, names: Names) -> Remark:
    code = words.IN_A_DEMONSTRATION.get(remark.code) if names.is_demonstration else None
    return remark if code is None else Remark(code=code)


def _sound(report: Report, lang: str) -> list[str]:
    if report.verdict is Verdict.INCONCLUSIVE:
        lines = [words.LAY["none"][lang]]
    elif report.kind == "receipt" and report.act is not None:
        lines = [_say("receipt-sound", lang, index=report.act.index)]
    else:
        lines = [] if report.kind not in _LOGS else [_say("log-sound", lang, size=report.size)]
    if report.kind in _LOGS:
        counts = [(what, report.checked.get(level, {}).get(what, 0)) for level, what in _COUNTED]
        lines += [_say(what, lang, count=count) for what, count in counts if count]
        lines += [words.LAY[code][lang] for code in _compared(report.checked.get("L4", {}))]
    return lines


def _compared(checked: Mapping[str, int]) -> tuple[str, ...]:
    """Give what to say of level 4: of a site its data are compared, of a folder what is stored, and never a page."""
    if not checked:
        return ()
    return ("shown-served" if "derived_facts" in checked else "shown-stored", "shown-by-oneself")


def act_lines(shown: EntryInWords, lang: str, names: Names, *, is_certain: bool) -> list[str]:
    """Give an entry in sentences: the act with its place and time, who signed it and when, what had been seen.

    Args:
        shown: An entry of its form.
        lang: `es` or `en`.
        names: Names for identifiers.
        is_certain: Whether the verdict is intact; else the file claims it.

    Returns:
        Lines; foreign text in them is not yet made harmless.
    """
    entry = shown.entry
    if entry is None:
        return []
    statement = entry["statement"]
    code = "recorded" if is_certain else "claimed"
    what = act_sentence(entry, lang, names)
    lines = [_say(code, lang, moment=moment_words(entry["recorded_at"], lang), index=shown.index, sentence=what)]
    who = signer(statement["actor"], lang, names)
    lines.append(_say("signed", lang, signer=who, moment=moment_words(statement["signed_at"], lang)))
    if statement["occurred_on"] != statement["signed_at"][:10]:
        lines.append(_say("occurred", lang, day=day_words(statement["occurred_on"], lang)))
    return [*lines, _say("seen", lang, size=statement["seen"]["size"])]


def act_sentence(entry: Mapping[str, Any] | None, lang: str, names: Names) -> str | None:
    """Give the sentence of an entry of any form; None where it holds no act."""
    statement = None if entry is None else entry.get("statement")
    if not isinstance(statement, Mapping):
        return None
    type_name, actor, body = (statement.get(name) for name in ("type", "actor", "body"))
    if not isinstance(type_name, str) or not isinstance(actor, Mapping) or not isinstance(body, Mapping):
        return None
    return sentence(type_name, actor, body, lang, names)


def changes_of(shown: EntryInWords, lang: str, names: Names) -> list[str]:
    """Say how an entry differs from the other version at hand; nothing where there is none."""
    if shown.entry is None or shown.other is None:
        return []
    return change_words(shown.other, shown.entry, lang, names)


def _altered(report: Report, lang: str) -> list[str]:
    """Say what was altered: the place and the act, what it says now, what it said, the other places, what to do."""
    first = report.first
    if first is None:
        return []
    lines = [_place(first, lang)]
    there = next((shown for shown in report.altered if shown.index == first.index), None)
    if there is not None and first.last_index is None:
        lines += [f"  {line}" for line in _shown(there, report, lang)]
    others = list(dict.fromkeys(fault.index for fault in report.faults if fault.index not in (None, first.index)))
    if others:
        named = ", ".join(f"{words.LABELS['entry'][lang]} {index}" for index in others[:MAX_ALSO])
        rest = len(others) - MAX_ALSO
        lines.append(_say("also", lang, list=_say("also-more", lang, list=named, more=rest) if rest > 0 else named))
    lines += ["", words.LAY["save"][lang]]
    has_other = any(shown.other is not None for shown in report.altered)
    if report.kind in _LOGS and report.altered and not has_other:
        lines.append(_say("compare", lang, location=report.location))
    return lines


def _place(fault: Fault, lang: str) -> str:
    what = words.FAULTS[fault.code][lang]
    if fault.index is None:
        return _say("altered-log", lang, what=what)
    if fault.last_index is not None:
        code = "altered-somewhere" if fault.somewhere else "altered-range"
        return _say(code, lang, index=fault.index, last_index=fault.last_index, what=what)
    if fault.code in words.CHANGED:
        return _say("altered-entry", lang, index=fault.index)
    return _say("altered-place", lang, index=fault.index, what=what)


def _shown(shown: EntryInWords, report: Report, lang: str) -> list[str]:
    now, was = (act_sentence(entry, lang, report.names) for entry in (shown.entry, shown.other))
    lines = [words.LAY["now-none"][lang] if now is None else _say("now", lang, sentence=now)]
    changes = changes_of(shown, lang, report.names)
    if was is not None and shown.is_signed and was != now:
        lines.append(_say("was", lang, sentence=was))
    if changes:
        lines.append(words.LAY["changes-signed" if shown.is_signed else "changes-other"][lang])
        lines += [f"  - {change}" for change in changes]
    return lines


def _say(code: str, lang: str, **params: object) -> str:
    return words.filled(words.LAY[code][lang], params)
