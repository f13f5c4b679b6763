"""Plausible mistakes: each is answered as docs/MISTAKES.md says, by what happened, what was expected, what to do."""

import contextlib
import re
import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.e2e.mistakes import LANGUAGES, MISTAKES, PAGE, Mistake, document, messages, place
from tests.rows import each_row

from constancia.api.http.problems import ALL_CODES
from constancia.ledger import local_copy
from constancia.ledger.ledger import Ledger

Said = dict[str, dict[str, str]]
# What to do, said as such, or by an imperative.
TO_DO = {
    "es": r"Qué hacer:|Siga:|Escr[ií]|Elíj|Elij|Corríj|Cópie|Complét|Fírm|Firme|Deje|Dé |Use |Añád|Prepár|Búsque|"
    r"Inténte|compruebe|Para firmar|Ayuda:|se elige|Acórte|Pid|Constancia guardada",
    "en": r"What to do:|Next:|Write|Choose|Correct|Copy|Complete|Sign |Leave|Give|Use |Add|Prepare|Look it up|"
    r"try again|check the|To sign|Help:|chosen from|Make it|Ask |Receipt saved",
}
REFUSED = {"es": "No se registró nada.", "en": "Nothing was recorded."}
ENGLISH_ALONE = re.compile(r"\b(?:the|expected|found|missing|which|must|of|with)\b")


@contextlib.contextmanager
def copied_once() -> Iterator[None]:
    """Within the block a served ledger is copied, and read to its end, once for all commands until it grows.

    That each command copies it is for tests/ledger/test_local_copy.py to show.
    """
    copies: dict[tuple[str, bool, bytes], Ledger] = {}
    real = local_copy.open_ledger
    with contextlib.ExitStack() as opened, pytest.MonkeyPatch.context() as patched:

        def again(location: str, **given: Any) -> Ledger:
            try:
                checkpoint = httpx.get(f"{location}/checkpoint").content
            except httpx.HTTPError:
                return real(location, **given)
            name = location, bool(given.get("with_documents")), checkpoint
            if name not in copies:
                copies[name] = real(location, **given)
                opened.callback(copies[name].close)
                patched.setattr(copies[name], "close", lambda: None)
            return copies[name]

        patched.setattr(local_copy, "open_ledger", again)
        yield


@pytest.fixture(scope="module")
def said(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Said]:
    root = tmp_path_factory.mktemp("mistakes")
    copy = shutil.copytree(demo, root / "demo")
    with place(root, copy) as where, copied_once():
        yield messages(where)


@pytest.mark.slow
def test_page_quotes_what_is_said(said: Said) -> None:
    # Fingerprints differ with the statements' ids.
    def plain(text: str) -> str:
        return re.sub(r"(?m)^  (?:Huella|Fingerprint):.*$", "", text)

    assert plain(document(said)) == plain(PAGE.read_text("utf-8")), "run: python -m tests.e2e.mistakes"


@pytest.mark.slow
def test_there_are_more_than_twenty_five(said: Said) -> None:
    assert len(said) == len(MISTAKES) == len({mistake.name for mistake in MISTAKES})
    assert len(MISTAKES) >= 25
    assert all(said[mistake.name][lang] for mistake in MISTAKES for lang in LANGUAGES)


@pytest.mark.slow
@each_row(("mistake", "lang"), product(MISTAKES, LANGUAGES), ids=lambda value: getattr(value, "name", value))
def test_answer_says_what_to_do_without_braces_and_ends_with_its_code(said: Said, mistake: Mistake, lang: str) -> None:
    text = said[mistake.name][lang]
    assert re.search(TO_DO[lang], text), text
    assert not re.search(r"\{'|\{\"(?!choice\": \"against\"\})", text), text
    assert "Traceback" not in text
    lines = text.splitlines()
    if REFUSED[lang] in text:
        codes = [line for line in lines if re.fullmatch(r"  \((?:E_[A-Z_]+(?:, )?)+\)", line)]
        assert len(codes) == 1
        assert set(re.findall(r"E_[A-Z_]+", codes[0])) <= set(ALL_CODES)
    if lang == "es":
        assert not ENGLISH_ALONE.search(re.sub(r"«[^»]*»|[\w./-]*\.(?:json|pem|tlog-proof)|--?\w+", "", text)), text


@pytest.mark.slow
@each_row(
    ("name", "words"),
    [
        ("colleagues-key", "Persona A (ficticia) (SFP)"),
        ("ended-appointment", "Persona J (ficticia) (SFP) terminó el 1 de diciembre de 2020: Dejó el puesto"),
        ("before-adoption", "Faltan los votos de: INAI, NOSC, SFP"),
        ("slashed-date", "¿Quiso decir 2026-11-28?"),
        ("choice-in-words", "against (en contra)"),
        ("party-in-capitals", "se espera root.nosc"),
        ("capacity-in-words", "Se espera la del nombramiento: alternate"),
        ("unsigned", "no está firmado"),
        ("body-signed", "no es un borrador"),
        ("twice", "no se registró otra vez"),
        ("browser-address", "Declaración por firmar"),
        ("only-english", "en español"),
        ("cut-called-clarification", "una reducción"),
    ],
)
def test_answer_names_what_it_is_about(said: Said, name: str, words: str) -> None:
    assert words in said[name]["es"]
