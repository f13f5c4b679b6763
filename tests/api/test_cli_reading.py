"""What reads a ledger at the command line: any source, days, a party, tables; and what it says to a wrong command."""

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api.command_line import run_here
from tests.api.served import Desk, desk_in
from tests.ledger.template import Templates
from tests.profile import sampled

ENGLISH = re.compile(r"\b(the|missing|invalid|expected|value|should|no such|option)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> Iterator[Desk]:
    with desk_in(tmp_path_factory.mktemp("reading") / "ledger", begun=templates.adopted) as desk:
        desk.ledger.documents.put(b"charter")
        desk.ledger.publish()
        desk.ledger.export(desk.ledger.folder.path.parent / "libro.zip")
        yield desk


@pytest.fixture(scope="module")
def here() -> dict[tuple[str, ...], str]:
    """What a verb reads in the ledger's folder, once for all sources that are compared with it."""
    return {}


def run(scene: Desk, *arguments: object, lang: str = "es", code: int = 0) -> str:
    here = scene.ledger.folder.path.parent
    env = {"HOME": str(here), "CONSTANCIA_LANG": lang, "COLUMNS": "400"}
    done = run_here([str(word) for word in arguments], env=env, cwd=here)
    assert done.returncode == code, (done.stdout, done.stderr)
    return done.stdout + done.stderr if code else done.stdout


def sources(scene: Desk) -> dict[str, str]:
    folder = scene.ledger.folder.path
    return {"folder": str(folder), "published": str(folder / "log"), "zip": "libro.zip", "address": scene.url}


@pytest.mark.parametrize("kind", ["published", "zip", "address"])
@pytest.mark.parametrize(
    "verb", [("log",), ("log", "--json"), ("log", "--csv"), ("state",), ("state", "--json"), ("show", "5", "--from")]
)
def test_every_source_reads_the_same(
    scene: Desk, here: dict[tuple[str, ...], str], kind: str, verb: tuple[str, ...]
) -> None:
    def read(source: str) -> str:
        words = [*verb, source] if verb[-1] == "--from" else [verb[0], source, *verb[1:]]
        return run(scene, *words).replace(f"--from {source} ", "")

    if verb not in here:
        here[verb] = read(sources(scene)["folder"])
    assert read(sources(scene)[kind]) == here[verb]
    assert here[verb].strip()


@pytest.mark.parametrize("kind", ["folder", "published", "zip", "address"])
def test_receipt_comes_from_every_source(scene: Desk, kind: str, tmp_path: Path) -> None:
    run(scene, "receipt", "5", "--from", sources(scene)[kind], "--out", tmp_path / "r.tlog-proof")
    assert (tmp_path / "r.tlog-proof").read_bytes() == scene.ledger.receipt(5)


@pytest.mark.parametrize("kind", sampled(["address"], ["folder", "address"]))
def test_bundle_comes_from_a_ledger_here_and_from_one_that_is_copied_here_first(
    scene: Desk, kind: str, tmp_path: Path
) -> None:
    """What is published, and a zip, are copied as what an address gives is: tests/ledger/test_local_copy.py.

    What is made of a ledger here test_cli_export.py shows.
    """
    run(scene, "export", tmp_path / "b.zip", "--from", sources(scene)[kind])
    assert run(scene, "log", tmp_path / "b.zip", "--json") == run(scene, "log", sources(scene)["folder"], "--json")


def test_what_was_copied_says_what_was_not_checked(scene: Desk) -> None:
    env = {"HOME": str(scene.ledger.folder.path.parent), "CONSTANCIA_LANG": "es"}
    for kind, is_said in (("folder", False), ("zip", True)):
        done = run_here(["log", sources(scene)[kind]], env=env, cwd=scene.ledger.folder.path.parent)
        assert ("constancia verify" in done.stderr) is is_said


def test_altered_copy_is_not_read_and_the_next_step_is_named(scene: Desk, tmp_path: Path) -> None:
    shutil.copytree(scene.ledger.folder.path / "log", tmp_path / "log")
    for path in (tmp_path / "log" / "tile" / "entries").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b'"mode":"live"', b'"mode":"lime"', 1))
    said = run(scene, "log", tmp_path / "log", code=76)
    assert "no forman el libro" in said
    assert "constancia verify" in said


def indices(scene: Desk, *options: str) -> list[int]:
    lines = run(scene, "log", sources(scene)["folder"], "--json", *options).splitlines()
    return [json.loads(line)["index"] for line in lines]


def test_entries_between_days_are_those_recorded_then(scene: Desk) -> None:
    entries = [json.loads(raw) for raw in scene.ledger.log.entries()]
    days = sorted({entry["recorded_at"][:10] for entry in entries})
    everything = indices(scene)
    assert indices(scene, "--from", days[0][:4]) == everything
    assert indices(scene, "--from", "1999-01-01", "--to", "1999-12-31") == []
    assert indices(scene, "--from", "9999-12-31") == []
    assert indices(scene, "--to", "0001-01-01") == []
    assert indices(scene, "--from", "3", "--to", "5") == [3, 4, 5]
    assert indices(scene, "--from", "#3", "--to", "#5") == [3, 4, 5]
    assert indices(scene, "--from", "5", "--to", "3") == []
    cut = entries[len(entries) // 2]["recorded_at"]
    before, after = indices(scene, "--to", cut), indices(scene, "--from", cut)
    assert sorted({*before, *after}) == everything
    assert max(before) >= min(after)


def test_entries_of_one_party_are_named_by_id_or_acronym(scene: Desk) -> None:
    entries = [json.loads(raw) for raw in scene.ledger.log.entries()]
    spoken = [entry["index"] for entry in entries if entry["statement"]["actor"].get("party") == "nosc"]
    assert indices(scene, "--party", "nosc") == indices(scene, "--party", "NOSC") == spoken
    assert spoken
    said = run(scene, "log", sources(scene)["folder"], "--party", "nadie", code=78)
    assert "nadie" in said
    assert "INAI" in said.upper()


def test_table_opens_in_a_spreadsheet(scene: Desk) -> None:
    text = run(scene, "log", sources(scene)["folder"], "--csv")
    assert text.startswith("\ufeff")
    rows = [*csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))]
    assert [int(row["index"]) for row in rows] == indices(scene)
    assert all(row["sentence"] for row in rows)


def test_entry_is_shown_in_words_and_as_json_when_asked(scene: Desk) -> None:
    folder = sources(scene)["folder"]
    for lang, signed in (("es", "Firmado por: "), ("en", "Signed by: ")):
        text = run(scene, "show", "5", "--from", folder, lang=lang)
        assert signed in text
        assert "{" not in text
        assert f"constancia show 5 --from {folder} --json" in text
    assert json.loads(run(scene, "show", "5", "--from", folder, "--json"))["index"] == 5


WRONG: dict[str, tuple[list[str], str]] = {
    "a verb that is none": (["lgo"], "¿Quiso decir log?"),
    "nothing like a verb": (["xyzzy"], "No existe el comando xyzzy."),
    "no verb of a group": (["trust", "ad"], "¿Quiso decir add?"),
    "an option that is none": (["log", "--csvv"], "¿Quiso decir --csv"),
    "an option without its value": (["log", "--to"], "A la opción --to le falta su valor."),
    "a value for a flag": (["log", "--csv=3"], "La opción --csv va sola"),
    "a missing option": (["draft", "VoteCast", "--body", "x"], "Falta --from. Dirección http(s) o carpeta."),
    "a missing argument": (["show"], "Falta NAME. Índice, huella o id de la declaración."),
    "no number": (["log", "--count", "x"], "se recibió x. Se espera: un número entero desde 1"),
    "a number out of range": (["log", "--count", "0"], "se recibió 0. Se espera: un número entero desde 1"),
    "too many arguments": (["log", "a", "b"], "Sobra: b."),
    "no such choice": (["completion", "nu"], "Se espera: bash, zsh, fish."),
    "no day": (["log", "FOLDER", "--from", "ayer"], "--from espera un día (AAAA-MM-DD)"),
    "two forms": (["log", "FOLDER", "--csv", "--json"], "Elija una forma: --csv o --json."),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_command_line_is_answered_in_the_users_language(
    scene: Desk, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from constancia.api import cli  # noqa: PLC0415 - the program as its script runs it

    words, expected = WRONG[name]
    monkeypatch.setenv("CONSTANCIA_LANG", "es")
    monkeypatch.setattr(
        "sys.argv", ["constancia", *(word.replace("FOLDER", sources(scene)["folder"]) for word in words)]
    )
    with pytest.raises(SystemExit) as end:
        cli.main()
    said = capsys.readouterr().err
    assert end.value.code == 78, said
    assert expected in said
    assert ENGLISH.search(said.replace("VoteCast", "")) is None, said


def test_completion_is_written_for_each_shell(scene: Desk) -> None:
    for shell in ("bash", "zsh", "fish"):
        assert "_CONSTANCIA_COMPLETE" in run(scene, "completion", shell)
