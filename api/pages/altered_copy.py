"""A copy of the ledger with one thing altered, and what the verifier says of it: with no words of ours in between.

The copy is made in memory and in a folder that is gone afterwards; the ledger is only read.
"""

import json
import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from constancia.ledger.ledger import Ledger
from constancia.ledger.wire.composition import encode_bundle
from constancia.verify.audit.run import audit
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.source import open_source
from constancia.verify.wire.tiles import parse_bundle

MAX_ENTRIES: Final = 2_000  # a larger one takes the verifier more than a visitor waits
_ENTRIES: Final = "tile/entries/"
_WINDOW: Final = re.compile(rb'("window":"(?:[0-9-]*/)?)([0-9]{4})')
_CHOICE: Final = re.compile(rb'"choice":"(for|against|abstain)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Altered:
    """What was altered and what the verifier says.

    Attributes:
        index: The entry altered; None where the ledger has none to alter in this way.
        verdict: `intact`, `altered`, `inconclusive`.
        report: The verifier's report in words.
    """

    index: int | None
    verdict: str = ""
    report: str = ""


def altered_copy(ledger: Ledger, kind: str, lang: str) -> Altered:
    """Alter a copy of the ledger, and verify it without any trust anchor.

    Args:
        ledger: The ledger; only read.
        kind: One of `KINDS`.
        lang: Language of the report.
    """
    with tempfile.TemporaryDirectory() as folder:
        honest, altered = Path(folder, "libro.zip"), Path(folder, "copia-alterada.zip")
        ledger.export(honest)
        index = _rewrite(honest, altered, KINDS[kind])
        if index is None:
            return Altered(index=None)
        with open_source(str(altered)) as source, open_source(str(honest)) as against:
            report = audit(source, None, against=against)
        return Altered(
            index=index, verdict=report.verdict.name.lower(), report=report_text(report, lang).replace(f"{folder}/", "")
        )


Alteration = Callable[[list[bytes]], int | None]


def _rewrite(honest: Path, altered: Path, alter: Alteration) -> int | None:
    """Write a zip again with its entries altered; give the index of the one that was."""
    with zipfile.ZipFile(honest) as source, zipfile.ZipFile(altered, "w", zipfile.ZIP_DEFLATED) as target:
        parts = sorted((name for name in source.namelist() if name.startswith(_ENTRIES)), key=_first_of)
        bundles = [parse_bundle(source.read(name)) for name in parts]
        entries = [entry for bundle in bundles for entry in bundle]
        index = alter(entries)
        for name in source.namelist():
            if name not in parts:
                target.writestr(name, source.read(name))
        start = 0
        for name, bundle in zip(parts, bundles, strict=True):
            target.writestr(name, encode_bundle(entries[start : start + len(bundle)]))
            start += len(bundle)
    return index


def _first_of(name: str) -> int:
    """Give the first entry of a bundle by its path. Source: C2SP tlog-tiles, "Log entries"."""
    digits = name.removeprefix(_ENTRIES).partition(".p/")[0].replace("x", "").replace("/", "")
    return int(digits)


def _latest(entries: list[bytes], is_wanted: Callable[[Mapping[str, Any]], bool]) -> int | None:
    for index in range(len(entries) - 1, -1, -1):
        if is_wanted(json.loads(entries[index])["statement"]):
            return index
    return None


def _deadline(entries: list[bytes]) -> int | None:
    index = _latest(entries, lambda statement: statement["type"] in ("CommitmentAdopted", "ScopeChanged"))
    if index is None:
        return None
    moved = _WINDOW.sub(lambda match: match[1] + str(int(match[2]) + 1).encode(), entries[index], count=1)
    if moved == entries[index]:
        return None
    entries[index] = moved
    return index


def _vote(entries: list[bytes]) -> int | None:
    index = _latest(entries, lambda statement: statement["type"] == "VoteCast")
    if index is None:
        return None
    turned = _CHOICE.sub(
        lambda match: b'"choice":"against"' if match[1] == b"for" else b'"choice":"for"', entries[index]
    )
    entries[index] = turned
    return index


def _removed(entries: list[bytes]) -> int | None:
    """Put the entry before in the place of one from the middle: a log has no gap, so that it has to say something."""
    if len(entries) < 3:
        return None
    index = len(entries) // 2
    entries[index] = entries[index - 1]
    return index


def _swapped(entries: list[bytes]) -> int | None:
    if len(entries) < 3:
        return None
    index = len(entries) // 2
    entries[index], entries[index + 1] = entries[index + 1], entries[index]
    return index


KINDS: Final[Mapping[str, Alteration]] = {
    "deadline": _deadline,
    "vote": _vote,
    "removed": _removed,
    "swapped": _swapped,
}
