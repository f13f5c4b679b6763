"""Findings of the monitor as sentences, in Spanish and English."""

from typing import Any

from constancia.api.text.error_words import error_words
from constancia.api.text.i18n import tr
from constancia.ledger.monitor.findings import ALTERED, INCONCLUSIVE, INTACT, UNREACHABLE, JournalLine, LogFinding
from constancia.ledger.monitor.signed_heads import OWN, RECEIPT
from constancia.verify.report.printable import printable
from constancia.verify.report.words import FAULTS, LABELS, REMARKS, TLS, VERDICTS, filled


def tell(finding: LogFinding, lang: str) -> str:
    """Return one sentence that describes a finding; of a journal that lacks what the sentence needs, what it has."""
    try:
        return _sentence(finding, lang)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        shown = ", ".join(f"{name}: {value}" for name, value in finding.params.items())
        return printable(f"{finding.code}: {shown}", 4_000)


def _sentence(finding: LogFinding, lang: str) -> str:
    params: dict[str, Any] = dict(finding.params)
    if "source" in params:
        own = {OWN: "monitor.source.own", RECEIPT: "monitor.source.receipt"}.get(params["source"])
        params["source"] = tr(lang, own) if own is not None else params["source"]
    if finding.code == "faulty":
        params |= {"place": _place(params, lang), "words": FAULTS.get(params["fault"], {}).get(lang, params["fault"])}
    elif finding.code == "certificate":
        params["words"] = TLS[params["reason"]][lang]
    elif finding.code in ("unwitnessed", "inconclusive"):
        words = REMARKS.get(params["reason"], {}).get(lang)  # a journal may be older than the words
        return params["reason"] if words is None else printable(filled(words, params["params"]), 4_000)
    elif isinstance(params.get("reason"), str):
        params["reason"] = error_words(params["reason"], lang)
    return printable(tr(lang, f"monitor.{finding.code}", **params), 4_000)


def advise(code: str, lang: str) -> str:
    """Return what to do about a finding."""
    return tr(lang, f"monitor.{code}.do")


def tell_event(event: JournalLine, lang: str) -> str:
    """Return one sentence for an event: a finding that began, or one that ended."""
    sentence = tell(event.finding, lang)
    return sentence if event.is_found else tr(lang, "monitor.passed", told=sentence)


def verdict_word(code: int, lang: str) -> str:
    """Return the word of the verdict for an outcome."""
    names = {INTACT: "INTACT", ALTERED: "ALTERED", INCONCLUSIVE: "INCONCLUSIVE"}
    return tr(lang, "monitor.word.unreadable") if code == UNREACHABLE else VERDICTS[names[code]][lang]


def _place(params: dict[str, Any], lang: str) -> str:
    index, last = params["index"], params["last_index"]
    if index is None:
        return f"{LABELS['log'][lang]}, {params['field']}"
    if last is None:
        return f"{LABELS['entry'][lang]} {index}, {params['field']}"
    return f"{LABELS['entries'][lang]} {index}–{last}, {params['field']}"
