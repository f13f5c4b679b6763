"""The report for a lay reader: the alteration first and in words, no hash or code unless they are asked for."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.verify.small_ledger import Log, Writer, verify, write

from constancia.verify.__main__ import main
from constancia.verify.audit.run import audit
from constancia.verify.report.acts import Names
from constancia.verify.report.changes import change_words
from constancia.verify.report.findings import Findings
from constancia.verify.report.rendering import report_json, report_text
from constancia.verify.report.words import TECHNICAL, filled
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

HASH = re.compile(r"[0-9a-f]{40,}")
AT = 20


def altered(log: Log) -> Log:
    assert b'"period":"2019"' in log.entries[AT]
    changed = log.entries[AT].replace(b'"period":"2019"', b'"period":"2020"')
    return replace(log, entries=tuple(changed if at == AT else raw for at, raw in enumerate(log.entries)))


def written(log: Log, folder: Path) -> tuple[Path, Path]:
    """A bundle in which one entry's bytes are others while the tile has its hash, and the true bundle."""
    true = log.write_folder(folder / "true")
    false = log.write_folder(folder / "false")
    bundle = next((false / "tile" / "entries").rglob(str(log.size)))
    write(bundle, bundle.read_bytes().replace(log.entries[AT], altered(log).entries[AT]))
    return false, true


def test_alteration_comes_first_with_its_act_and_what_to_do(log: Log, trust: Path, tmp_path: Path) -> None:
    false, _ = written(log, tmp_path)
    lines = report_text(verify(false, trust), "es").splitlines()
    assert lines[0].startswith("ALTERADO  ")
    assert lines[2] == f"El registro {AT} no es el que se firmó."
    assert lines[3].startswith("  Dice ahora: ")
    assert any(line.startswith("Guarde este archivo y no lo corrija.") for line in lines)
    assert not HASH.search("\n".join(lines))
    assert "leaf-hash" not in "\n".join(lines)
    detail = report_text(verify(false, trust), "es", detail=True)
    assert "[L1 leaf-hash]" in detail
    assert HASH.search(detail)


def test_another_copy_says_which_words_changed(log: Log, trust: Path, tmp_path: Path) -> None:
    false, true = written(log, tmp_path)
    with open_source(str(false)) as source, open_source(str(true)) as other:
        report = audit(source, load_trust(trust), against=other)
    assert report.altered[0].is_signed
    text = report_text(report, "es")
    assert "Qué cambió en ese registro:" in text
    assert re.search("periodo.*: decía «2019»; ahora dice «2020»", text)
    assert re.search("period.*: it said “2019”; now it says “2020”", report_text(report, "en"))
    document = json.loads(report_json(report))
    assert document["altered"][0]["changes"]["es"]
    assert report.verdict is verify(false, trust).verdict, "no verdict rests on the other copy"


def test_files_next_to_a_store_are_such_a_copy(log: Log, tmp_path: Path) -> None:
    ledger = log.write_ledger(tmp_path / "ledger")
    altered(log).write_store(tmp_path / "other.sqlite")
    (tmp_path / "other.sqlite").replace(ledger / "ledger.sqlite")
    report = verify(ledger, log.write_trust(tmp_path / "trust"))
    assert next(shown.index for shown in report.altered) == AT
    assert "decía «2019»; ahora dice «2020»" in report_text(report, "es")


def test_copy_of_another_ledger_is_not_compared(log: Log, trust: Path, tmp_path: Path) -> None:
    false, _ = written(log, tmp_path)
    foreign = Writer("example.org/other", "other").found().sign_agreement().report(20).log()
    other = foreign.write_folder(tmp_path / "foreign")
    with open_source(str(false)) as source, open_source(str(other)) as opened:
        report = audit(source, load_trust(trust), against=opened)
    assert all(shown.other is None for shown in report.altered)


def test_command_line_takes_the_other_copy(
    log: Log, trust: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    false, true = written(log, tmp_path)
    assert main([str(false), "--trust", str(trust), "--against", str(true)]) == 1
    assert "decía «2019»" in capsys.readouterr().out
    assert main([str(false), "--trust", str(trust)]) == 1
    out = capsys.readouterr().out
    assert "--against" in out
    assert "--detalle" in out
    assert main([str(false), "--trust", str(trust), "--detalle"]) == 1
    assert "[L1 leaf-hash]" in capsys.readouterr().out


def test_receipt_says_its_act_first(log: Log, trust: Path, tmp_path: Path) -> None:
    write(tmp_path / "a.tlog-proof", log.receipt(AT))
    lines = report_text(verify(tmp_path / "a.tlog-proof", trust), "es").splitlines()
    assert lines[0].startswith("ÍNTEGRO  ")
    assert re.match(rf"El 1 de marzo de 2019, .* UTC quedó en el libro \(registro {AT}\): \w", lines[2])
    assert lines[3].startswith("Lo firmó: ")
    assert re.match(r"Al firmar había visto \d+ registros? del libro\.", lines[4])
    claimed = report_text(verify(tmp_path / "a.tlog-proof"), "es").splitlines()
    assert claimed[2].startswith("Según este archivo, el ")


def test_intact_ledger_is_counted_in_sentences(log: Log, trust: Path, tmp_path: Path) -> None:
    text = report_text(verify(log.write_folder(tmp_path / "log"), trust), "es")
    assert f"Se revisaron {log.size} registros: ninguno falta, sobra ni cambió de lugar." in text
    assert "firmas: todas son de quien dicen" in text
    assert not HASH.search(text)


def test_demonstration_does_not_end_on_a_suspicion() -> None:
    params = {"count": 3, "size": 1, "time": "x", "recorded_at": "y"}
    for is_demonstration in (False, True):
        findings = Findings("folder", "/somewhere")
        findings.note("witness-behind", **params)
        findings.names.take("LedgerOpened", {"demonstration": is_demonstration})
        text = report_text(findings.report(), "es")
        assert ("reloj de hoy" in text) is is_demonstration
        assert ("antedataron" in text) is not is_demonstration


def test_technical_remarks_are_in_the_detail_alone() -> None:
    findings = Findings("folder", "/somewhere")
    findings.note("state-digest", size=3, digest="ab" * 32)
    assert "state-digest" in TECHNICAL
    assert "abab" not in report_text(findings.report(), "es")
    assert "abab" in report_text(findings.report(), "es", detail=True)


def test_plural_is_right() -> None:
    words = "De {count} {count:documento citado/documentos citados}"
    assert filled(words, {"count": 1}) == "De 1 documento citado"
    assert filled(words, {"count": 2}) == "De 2 documentos citados"


def test_changes_are_said_member_by_member() -> None:
    old = {"a": {"milestone": "m3", "window": "2019-06/2019-08", "title": {"es": "Ruta"}}, "b": [1, 2], "text": "x"}
    new = {"a": {"milestone": "m3", "window": "2019-06/2020-08", "title": {"es": "Ruta"}}, "b": [1], "due": "2020"}
    lines = change_words(old, new, "es", Names())
    first = "plazo de «Ruta»: decía «de junio a agosto de 2019»; ahora dice «de junio de 2019 a agosto de 2020»"
    assert lines[0] == first
    assert "b: decía «2»; ahora ya no está" in lines
    assert "texto: decía «x»; ahora ya no está" in lines
    assert "plazo: no estaba; ahora dice «2020»" in lines
    assert change_words(old, old, "es", Names()) == []
    six, seven = (_entry(6), _entry(7))
    assert change_words(six, seven, "es", Names()) == ["es otro registro, el 7: estaba en ese lugar el 6"]
    assert change_words(six, {**seven, "index": 6}, "en", Names()) == [
        "it is another act, not the one that was signed in this place"
    ]
    many = {f"m{at}": at for at in range(40)}
    assert change_words({}, many, "es", Names())[-1] == "y 28 cambios más"


def _entry(index: int) -> dict[str, Any]:
    return {"index": index, "previous": "ab" * 32, "statement": {"id": f"id-{index}", "type": "VoteCast"}}
