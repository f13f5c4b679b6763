"""`constancia draft` and its short forms: questions in the terminal, clear errors where nobody can be asked."""

import contextlib
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.api.served import DOCSET, DOCSET_DIGEST, Desk, appoint, desk_in
from tests.ledger.template import Templates
from tests.ledger.world import PARTIES, doc, text
from typer.testing import CliRunner

from constancia.api.cli import app
from constancia.api.cli.signatory import preparation
from constancia.api.cli.signatory.form_dialogue import InputEnd, Interview
from constancia.api.cli.signatory.short_forms import SHORT_FORMS
from constancia.api.cli.terminal import USAGE
from constancia.api.forms.answers.filling import usual_answers
from constancia.api.forms.answers.reading import read
from constancia.api.forms.builder import Builder, FormRequest
from constancia.api.forms.fields import Option
from constancia.api.forms.words import FormWords
from constancia.ledger.clock import SystemClock

REPORT = ("--set", "level=limited", "--set", "narrative.es=Se avanzó", "--set", "period=2019-03")


@pytest.fixture
def adopted(tmp_path: Path, templates: Templates) -> Iterator[Desk]:
    with desk_in(tmp_path / "ledger", clock=SystemClock(), begun=templates.adopted) as desk:
        yield desk


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def run(home: Path, *arguments: str, typed: str = "", lang: str = "es") -> tuple[int, str, str]:
    env = {"CONSTANCIA_LANG": lang, "HOME": str(home), "XDG_DATA_HOME": str(home / "data")}
    with contextlib.chdir(home):
        done = CliRunner().invoke(app, ["--lang", lang, *arguments], env=env, input=typed, prog_name="constancia")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def statement(home: Path, name: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((home / f"{name}.statement.json").read_text())
    return made


def interview(desk: Desk, lines: list[str], wanted: FormRequest, lang: str = "es") -> tuple[dict[str, Any], list[Any]]:
    """Ask a form with these lines typed; give the body that is read, and what is wrong with it."""
    state = desk.ledger.state()
    form = Builder(state).form(wanted)
    answers = usual_answers(form, wanted.about, state)
    typed = iter(lines)

    def line(_prompt: str) -> str:
        try:
            return next(typed)
        except StopIteration:
            raise InputEnd from None

    words = {name: FormWords(name, state.languages) for name in ("es", "en")}
    Interview(words[lang], lambda text: text, answers, words["en" if lang == "es" else "es"], line).ask_all(form)
    assert list(typed) == [], "more was typed than was asked"
    return read(form, answers, lambda text: text)


def test_questions_come_one_by_one_and_wrong_answers_again(adopted: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["n", "casi todo", "Limited", "Se avanzó", "28/03/2019", "2019-03", ""]
    body, faults = interview(adopted, lines, FormRequest(type="ProgressReported", about="commitment/c1"))
    assert faults == []
    assert body["level"] == "limited"  # by its name in the other language
    assert (body["narrative"], body["period"], body["evidence"]) == ({"es": "Se avanzó"}, "2019-03", [])
    shown = capsys.readouterr().out
    assert "«casi todo» no está en la lista" in shown
    assert "¿Quiso decir 2019-03-28?" in shown
    assert "3. limitado" in shown
    assert "commitment" not in shown


def test_file_is_named_by_its_path_and_shown_by_its_hash(
    adopted: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "minuta.pdf"
    path.write_bytes(b"minuta")
    lines = ["s", "Minuta", "1", str(path), "", "3", "Se avanzó", "2019-03", ""]
    body, faults = interview(adopted, lines, FormRequest(type="ProgressReported", about="commitment/c1"))
    assert faults == []
    [evidence] = body["evidence"]
    assert evidence["sha256"] in capsys.readouterr().out


def test_change_of_scope_asks_what_is_taken_out(adopted: Desk) -> None:
    wanted = FormRequest(type="ScopeChangeProposed", about="commitment/c1")
    # No action goes, the first deliverable does, no milestone; nothing else of the scope; why; nothing else.
    lines = ["", "1", "", "", "Ya no", ""]
    body, faults = interview(adopted, lines, wanted)
    assert faults == []
    assert body["scope"]["deliverables"] == []
    assert len(body["scope"]["milestones"]) == 1


def test_choosing_takes_numbers_values_and_titles_without_accents(adopted: Desk) -> None:
    options = [Option(value="a", title={"es": "Más allá", "en": "Beyond"}), Option(value="b", title="Otra")]
    for answer in ("1", "a", "mas alla", "MÁS ALLÁ", "beyond"):
        typed = iter(["9", "", answer])
        words = FormWords("es", ("es",)), FormWords("en", ("es",))
        chooser = Interview(words[0], str, {}, words[1], lambda _prompt, typed=typed: next(typed))  # type: ignore[misc]
        assert chooser.choose("¿Qué?", options) == "a"


def test_short_form_votes_by_options_alone(adopted: Desk, home: Path) -> None:
    appoint(adopted, "nosc", "wide")
    code, out, err = run(home, "avance", "c1", *REPORT, "--from", adopted.url, "--as", "wide-nosc")
    assert (code, err.count("Falta")) == (0, 0), err
    made = statement(home, "ProgressReported")
    assert made["body"]["narrative"] == {"es": "Se avanzó"}
    assert made["actor"]["appointment"] == "wide-nosc"
    assert "Siga: constancia sign" in out


def test_what_is_signed_or_contested_is_known_by_what_it_is_and_not_by_its_name(adopted: Desk, home: Path) -> None:
    appoint(adopted, "nosc", "wide")
    draft = {"agreement": "hoja", "docset": DOCSET, "parties": list(PARTIES), "title": text("Hoja"), "version": 1}
    adopted.take(adopted.says("inai", "AgreementDrafted", "agreement/hoja", draft))
    frozen = {"agreement": "hoja", "docset": DOCSET_DIGEST, "required": list(PARTIES), "version": 1}
    adopted.take(adopted.says("inai", "AgreementTextFrozen", "agreement/hoja", frozen))
    who = ("--from", adopted.url, "--as", "wide-nosc")
    for name in ("hoja", "agreement/hoja"):
        assert run(home, "firmar", name, *who, "--force")[0] == 0
        assert statement(home, "AgreementSigned")["stream"] == "agreement/hoja"
    code, _out, err = run(home, "firmar", "agosto", *who)
    assert (code, "agosto" in err) == (78, True), "what is neither is no decision, and no agreement by its letters"
    submitted = {"commitment": "c1", "deliverable": "e1", "document": doc(b"informe"), "version": 1}
    adopted.take(adopted.says("sfp", "DeliverableSubmitted", "deliverable/c1.e1", submitted))
    for name, made in (("c1.e1", "DeliverableContested"), (str(adopted.ledger.size - 1), "EntryContested")):
        assert run(home, "impugnar", name, "--razon", "No hay evidencia", *who, "--set", "version=1")[0] == 0, name
        assert statement(home, made)["body"]["grounds"] == {"es": "No hay evidencia"}


@pytest.mark.parametrize("verb", SHORT_FORMS)
def test_prepared_file_in_the_place_of_a_subject_is_named_with_what_signs_it(home: Path, verb: str) -> None:
    code, _out, err = run(home, verb, "VoteCast.statement.json", "--from", "libro", "--as", "ap-e-nosc")
    assert (code, "constancia sign VoteCast.statement.json" in err) == (USAGE, True)
    assert not list(home.glob("*.statement.json"))


def test_reason_is_in_the_ledgers_languages_and_in_that_of_the_messages(adopted: Desk, home: Path) -> None:
    appoint(adopted, "nosc", "wide")
    who = ("--from", adopted.url, "--as", "wide-nosc")
    assert run(home, "contest", "3", "--reason", "No evidence", *who, lang="en")[0] == 0
    assert statement(home, "EntryContested")["body"]["grounds"] == {"en": "No evidence", "es": "No evidence"}


def test_page_address_from_the_browser_is_understood(adopted: Desk, home: Path) -> None:
    appoint(adopted, "nosc", "wide")
    source = f"{adopted.url}/es/compromisos/c1?size=3"
    assert run(home, "avance", "c1", *REPORT, "--from", source, "--as", "wide-nosc")[0] == 0


@pytest.mark.parametrize("lang", ["es", "en"])
def test_where_nobody_can_be_asked_it_says_what_is_missing_and_ends(adopted: Desk, home: Path, lang: str) -> None:
    code, _out, err = run(home, "votar", "--from", adopted.url, typed="1\n1\n1\n", lang=lang)
    assert code == 78
    assert {"es": "¿Quién va a firmar?", "en": "Who will sign?"}[lang] in err
    assert "ap-nosc (" in err
    code, _out, err = run(home, "avance", "c1", "--from", adopted.url, "--as", "ap-nosc", lang=lang)
    assert code == 78
    for label in {"es": ("Nivel de cumplimiento", "Qué se hizo", "Periodo"), "en": ("Level of completion", "Period")}[
        lang
    ]:
        assert label in err
    assert list(home.glob("*.json")) == []


def test_interruption_loses_no_answer(adopted: Desk, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "is_terminal", lambda: True)
    command = ("draft", "avance", "--about", "c1", "--from", adopted.url, "--as", "ap-nosc")
    code, _out, err = run(home, *command, typed="n\nlimitado\nSe avanzó\n")
    assert code == 130
    assert "No se preparó ni se registró nada" in err
    saved = home / "ProgressReported.respuestas.json"
    assert f"--answers {saved.name}" in err
    assert json.loads(saved.read_text())["narrative.es"] == ["Se avanzó"]
    assert not (home / "ProgressReported.statement.json").exists()
    code, out, _err = run(home, *command, "--answers", saved.name, typed="n\n2019-03\n\n")
    assert code == 0
    assert "Nivel" not in out.partition("Periodo")[2]
    assert statement(home, "ProgressReported")["body"]["level"] == "limited"


def test_interruption_before_any_answer_says_that_nothing_was_written(
    adopted: Desk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "is_terminal", lambda: True)
    code, _out, err = run(home, "draft", "--from", adopted.url, typed="")
    assert (code, list(home.glob("*.json"))) == (130, [])
    assert "No se escribió nada" in err


@pytest.mark.slow
def test_control_c_at_a_real_terminal_saves_the_answers(adopted: Desk, home: Path) -> None:
    # A run that a script began in the background ignores Ctrl-C, and so would what it starts.
    program = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    program += "from constancia.api.cli import main; main()"
    command = [
        sys.executable,
        "-c",
        program,
        "draft",
        "avance",
        "--about",
        "c1",
        "--from",
        adopted.url,
        "--as",
        "ap-nosc",
    ]
    env = os.environ | {
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "PYTHONPATH": str(Path.cwd() / ".import"),
    }
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=home, env=env, start_new_session=True
    )
    os.close(theirs)
    shown = _until(ours, "¿agregar?")
    os.write(ours, b"n\n")
    shown += _until(ours, "Nivel")
    os.write(ours, b"3\n")
    shown += _until(ours, "español>")
    shown += _interrupted(ours, child, "--answers")
    assert child.wait(20) == 130
    os.close(ours)
    assert "Sus respuestas quedaron en" in shown
    assert json.loads((home / "ProgressReported.respuestas.json").read_text())["level"] == ["limited"]


def _interrupted(terminal: int, child: subprocess.Popen[bytes], words: str) -> str:
    """Press Ctrl-C until it is answered: one that comes just before a program waits for input is read after it.

    The next one is not pressed while the first may still be being answered, which it would interrupt.
    """
    text = ""
    for _ in range(3):
        if words not in text:
            os.killpg(child.pid, signal.SIGINT)
            text += _read(terminal, words, 30)
    assert words in text, text
    return text


def _until(terminal: int, words: str) -> str:
    text = _read(terminal, words, 40)
    assert words in text, text
    return text


def _read(terminal: int, words: str, seconds: float) -> str:
    """What is shown until some words are, or the time is over."""
    text, end = "", time.monotonic() + seconds
    while words not in text and time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                text += os.read(terminal, 65_536).decode(errors="replace")
            except OSError:
                break
    return text
