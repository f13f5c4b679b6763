"""A copy of the ledger with one thing altered, and what the verifier says of it: with no words of ours in between.

The copy is made in a folder that is gone afterwards; the ledger is only read.

- P1: equal requests have one audit made, also at the same time; one audit runs at a time, whatever is asked.
"""

import tempfile
import threading
import zipfile
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from constancia.api.pages.integrity.forgeries import FORGERIES, Forgery, LedgerCopy
from constancia.api.text.i18n import LANGUAGES
from constancia.ledger.ledger import Ledger
from constancia.ledger.wire.composition import encode_bundle
from constancia.verify.audit.run import audit
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.layout import DOCUMENTS_NAME
from constancia.verify.sources.source import open_source
from constancia.verify.wire.tiles import parse_bundle

MAX_ENTRIES: Final = 2_000  # a larger one takes the verifier more than a visitor waits
ALTERED_NAME: Final = "copia-alterada.zip"
_ENTRIES: Final = "tile/entries/"
_DOCUMENTS: Final = f"{DOCUMENTS_NAME}/"
_STORED: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterationResult:
    """What was altered and what the verifier says.

    Attributes:
        index: The entry altered; None where the ledger has none to alter in this way.
        verdict: `intact`, `altered`, `inconclusive`; empty where nothing was altered.
        reports: The verifier's report in words, by language.
    """

    index: int | None
    verdict: str = ""
    reports: Mapping[str, str] = field(default_factory=dict)


class AlteredCopies:
    """Answers to alterations, for all who ask. Safe to use from several threads."""

    def __init__(self, limit: int = _STORED) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._audit = threading.Lock()
        self._answers: dict[tuple[int, object, str], Future[AlterationResult]] = {}

    def answer(self, ledger: Ledger, kind: str) -> AlterationResult:
        """Give the verdict on an altered copy, made once for the same entries and documents: it costs a whole audit.

        Args:
            ledger: The ledger; only read.
            kind: One of `FORGERIES`.
        """
        key = (ledger.size, ledger.documents.files.mark(), kind)
        with self._lock:
            answer = self._answers.get(key)
            is_first = answer is None
            if answer is None:
                answer = self._answers[key] = Future()
                while len(self._answers) > self._limit:
                    del self._answers[next(iter(self._answers))]
        if is_first:
            try:
                with self._audit:
                    answer.set_result(altered_copy(ledger, kind))
            except BaseException as error:
                with self._lock:
                    self._answers.pop(key, None)
                answer.set_exception(error)
                raise
        return answer.result()


def altered_copy(ledger: Ledger, kind: str) -> AlterationResult:
    """Alter a copy of the ledger, and verify it without any trust anchor.

    Args:
        ledger: The ledger; only read.
        kind: One of `FORGERIES`.
    """
    with tempfile.TemporaryDirectory() as folder:
        honest, altered = Path(folder, "libro.zip"), Path(folder, ALTERED_NAME)
        ledger.export(honest)
        index = _rewrite(honest, altered, FORGERIES[kind])
        if index is None:
            return AlterationResult(index=None)
        with open_source(str(altered)) as source, open_source(str(honest)) as against:
            report = audit(source, None, against=against)
        reports = {lang: report_text(report, lang).replace(f"{folder}/", "") for lang in LANGUAGES}
        return AlterationResult(index=index, verdict=report.verdict.name.lower(), reports=reports)


def altered_zip(ledger: Ledger, kind: str) -> bytes | None:
    """Give the altered copy itself, to be verified elsewhere; None where nothing can be altered so.

    Args:
        ledger: The ledger; only read.
        kind: One of `FORGERIES`.
    """
    with tempfile.TemporaryDirectory() as folder:
        honest, altered = Path(folder, "libro.zip"), Path(folder, ALTERED_NAME)
        ledger.export(honest)
        return None if _rewrite(honest, altered, FORGERIES[kind]) is None else altered.read_bytes()


def _rewrite(honest: Path, altered: Path, forge: Forgery) -> int | None:
    """Write a zip again with something altered; give the index of the entry that is concerned."""
    with zipfile.ZipFile(honest) as source, zipfile.ZipFile(altered, "w", zipfile.ZIP_DEFLATED) as target:
        parts = sorted((name for name in source.namelist() if name.startswith(_ENTRIES)), key=_first_of)
        bundles = [parse_bundle(source.read(name)) for name in parts]
        documents = [name for name in source.namelist() if name.startswith(_DOCUMENTS)]
        copy = LedgerCopy(
            entries=[entry for bundle in bundles for entry in bundle],
            documents={name.removeprefix(_DOCUMENTS): source.read(name) for name in documents},
        )
        index, start, changed = forge(copy), 0, {}
        for name, bundle in zip(parts, bundles, strict=True):
            changed[name] = encode_bundle(copy.entries[start : start + len(bundle)])
            start += len(bundle)
        changed |= {_DOCUMENTS + name: data for name, data in copy.documents.items()}
        for item in source.infolist():
            target.writestr(item, changed.get(item.filename) or source.read(item), zipfile.ZIP_DEFLATED)
    return index


def _first_of(name: str) -> int:
    """Give the number of a bundle by its path. Source: C2SP tlog-tiles, "Log entries"."""
    digits = name.removeprefix(_ENTRIES).partition(".p/")[0].replace("x", "").replace("/", "")
    return int(digits)
