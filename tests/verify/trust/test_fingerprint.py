"""The fingerprint of a trust anchor: what it covers and what it does not, and the report that names it."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.verify.small_ledger import Log, LogKey, PostQuantumWitness, Witness, Writer, verify

from constancia.verify.core.formats.note import format_vkey
from constancia.verify.report.rendering import report_json, report_text
from constancia.verify.trust.fingerprint import fingerprint
from constancia.verify.trust.policy_file import parse_policy
from constancia.verify.trust.trust_folder import load_trust

LINES = (
    f"log {format_vkey(LogKey().verifier)}",
    f"witness a {format_vkey(Witness('a').verifier)}",
    f"witness b {format_vkey(PostQuantumWitness('b').verifier)}",
    "group both all a b",
    "quorum both",
)
GENESIS = bytes(range(32))


def printed(text: str, genesis: bytes = GENESIS) -> str:
    return fingerprint(text, parse_policy(text).logs, genesis)


BLANK = st.text(" \t", min_size=1, max_size=3)


@given(st.data())
def test_f1_only_what_is_pinned_counts(data: st.DataObject) -> None:
    expected = printed("\n".join(LINES))
    text = ""
    for line in LINES:
        text += data.draw(st.sampled_from(["", "\n", "# quorum none\n", "  \t\n", "\t#\n"]))
        words = line.split(" ")
        if words[0] in ("log", "witness") and data.draw(st.booleans()):
            words.append(data.draw(st.sampled_from(["https://a.example/", "x", "#"])))
        text += data.draw(st.sampled_from(["", " ", "\t"])) + data.draw(BLANK).join(words) + "\n"
    assert printed(text) == expected


def test_whatever_else_differs_gives_another() -> None:
    text = "\n".join(LINES)
    others = [
        printed(text, bytes(32)),
        printed(text.replace("quorum both", "quorum a")),
        printed(text.replace("both", "two")),
        printed("\n".join(LINES[:2]) + "\nquorum a\n"),
        printed(text.replace(LINES[0], f"log {format_vkey(LogKey('another').verifier)}")),
        printed(text.replace(LINES[0], f"log {format_vkey(LogKey('log', 'another.example').verifier)}")),
        printed(text),
    ]
    assert len(set(others)) == len(others)
    assert all(re.fullmatch(r"(?:[A-Z2-7]{5}-){7}[A-Z2-7]{5}", one) for one in others)


@pytest.fixture(scope="module")
def log() -> Log:
    return Writer().found().sign_agreement().log()


def test_report_says_on_whose_word_it_rests(log: Log, tmp_path: Path) -> None:
    trust = log.write_trust(tmp_path / "trust")
    source = log.write_folder(tmp_path / "log")
    report, anchor = verify(source, trust), load_trust(trust).word
    assert anchor is not None
    assert f"Huella del ancla de confianza: {anchor['fingerprint']}" in report_text(report, "es").splitlines()
    assert "By the trust anchor that you gave." in report_text(report, "en").splitlines()
    assert json.loads(report_json(report))["trust"] == {"fingerprint": anchor["fingerprint"]}


def test_an_anchor_without_genesis_or_of_another_ledger_is_nobodys_word(log: Log, tmp_path: Path) -> None:
    source = log.write_folder(tmp_path / "log")
    assert load_trust(log.write_trust(tmp_path / "no-genesis", genesis=False)).word is None
    other = Writer("example.org/other", "other").found().log()
    for trust in (None, tmp_path / "no-genesis", other.write_trust(tmp_path / "other")):
        report = verify(source, trust)
        assert (report.verdict.name, report.trust) == ("INCONCLUSIVE", None)
        assert "Huella del ancla" not in report_text(report, "es")
