"""The command `python -m constancia.verify`: exit codes, languages, JSON, and what it needs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.verify.small_ledger import Log, write

from constancia.verify.__main__ import main


@pytest.fixture
def place(log: Log, tmp_path: Path) -> str:
    return str(log.write_ledger(tmp_path / "ledger"))


@pytest.fixture
def altered(log: Log, tmp_path: Path) -> str:
    folder = log.write_folder(tmp_path / "altered")
    bundle = folder / "tile" / "entries" / "000.p/36"
    write(bundle, bundle.read_bytes().replace(b'"narrative":{"es":"El', b'"narrative":{"es":"Un'))
    return str(folder)


def test_exit_code_0_for_an_intact_ledger(place: str, trust: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([place, "--trust", str(trust)]) == 0
    assert capsys.readouterr().out.startswith("ÍNTEGRO  ")


def test_exit_code_1_for_an_altered_ledger(altered: str, trust: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([altered, "--trust", str(trust), "--lang", "en", "--detail"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("ALTERED  ")
    assert "First fault (1/" in said
    assert "entry 16" in said


def test_exit_code_2_without_trust(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([place]) == 2
    assert "carpeta de confianza" in capsys.readouterr().out


def test_since_checks_no_signature_that_the_checkpoint_covers(
    log: Log, place: str, trust: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "checkpoint", log.checkpoint(30))
    since = ["--since", str(tmp_path / "checkpoint")]
    assert main([place, "--trust", str(trust), "--json", *since]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["since"], report["checked"]["L2"]["signatures"]) == (30, 6)
    assert main([place, "--trust", str(trust), *since]) == 0
    assert "Nada ha cambiado desde el registro 30" in capsys.readouterr().out


def test_since_of_another_history_is_a_fork(
    log: Log, trust: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "checkpoint", log.checkpoint(30))
    forged = log.rehashed([*log.entries[:20], *log.entries[21:]]).write_folder(tmp_path / "forged")
    assert main([str(forged), "--trust", str(trust), "--since", str(tmp_path / "checkpoint"), "--json", "--all"]) == 1
    assert "fork" in {one["code"] for one in json.loads(capsys.readouterr().out)["faults"]}


@pytest.mark.parametrize("note", [None, b"", b"nonsense\n\n"])
def test_since_that_cannot_be_read_gives_3(note: bytes | None, place: str, tmp_path: Path) -> None:
    if note is not None:
        write(tmp_path / "checkpoint", note)
    assert main([place, "--since", str(tmp_path / "checkpoint")]) == 3


@pytest.mark.parametrize("source", ["/nowhere", "", "http://127.0.0.1:9/"])
def test_exit_code_3_for_what_cannot_be_read(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([source]) == 3
    assert capsys.readouterr().err.startswith("ILEGIBLE")
    assert main([source, "--lang", "en"]) == 3
    assert capsys.readouterr().err.startswith("UNREADABLE")


@pytest.mark.parametrize(("name", "content"), [("policy", b"log nonsense\n"), ("genesis", b"nonsense")])
def test_exit_code_3_for_a_damaged_trust_folder(
    name: str, content: bytes, place: str, trust: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(trust / name, content)
    assert main([place, "--trust", str(trust)]) == 3


def test_all_lists_every_fault(altered: str, trust: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([altered, "--trust", str(trust), "--all", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert len(report["faults"]) == report["faults_total"] > 1
    assert report["first_fault"] == report["faults"][0]


def test_json_says_verdict_counts_and_both_languages(
    place: str, trust: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([place, "--trust", str(trust), "--json"])
    report = json.loads(capsys.readouterr().out)
    assert (report["verdict"], report["exit_code"], report["anchored"]) == ("intact", 0, True)
    assert report["checked"]["L2"]["signatures"] == 38
    assert all(one["es"] and one["en"] for one in report["not_checked"])


def test_command_runs_with_the_standard_library_and_cryptography_alone(place: str, trust: Path) -> None:
    # The other installed distributions are hidden: an import of any of them would fail.
    code = """
import runpy, sys
ALLOWED = sys.stdlib_module_names | {"constancia", "cryptography", "_cffi_backend", "tzdata"}
class Only:
    def find_spec(self, name, path=None, target=None):
        root = name.split(".")[0]
        if root not in ALLOWED and not root.startswith("_sysconfigdata"):
            raise ImportError(f"{name} is not to be had")
sys.meta_path.insert(0, Only())
sys.argv[0] = "verify"
runpy.run_module("constancia.verify", run_name="__main__")
"""
    link = Path(__file__).resolve().parents[2] / ".import"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, place, "--trust", str(trust)],
        env={"PYTHONPATH": str(link)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
