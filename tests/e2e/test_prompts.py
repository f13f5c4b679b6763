"""What a person at a terminal can do wrong: mistype a passphrase, interrupt, answer otherwise; and `s` is yes."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.typed_terminal import TypedTerminal
from tests.ledger.world import World

from constancia.ledger.keys.key_file import generate, save
from constancia.ledger.keys.log_signer import LogSigner

SECRET = "una frase bastante larga"  # noqa: S105 - of keys made for a test
FAILED, INTERRUPTED = 76, 130
pytestmark = pytest.mark.slow


class Person:
    """Somebody who types in a folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.open: list[TypedTerminal] = []

    def starts(self, *arguments: str, lang: str = "es") -> TypedTerminal:
        path = os.pathsep.join(name for name in sys.path if name)
        own = {name: str(self.home / name) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
        env = {**os.environ, **own, "PYTHONPATH": path, "COLUMNS": "200", "CONSTANCIA_LANG": lang}
        self.open.append(TypedTerminal([*arguments], self.home, env))
        return self.open[-1]


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    made = Person(tmp_path)
    yield made
    for terminal in made.open:
        terminal.close()


def test_passphrase_that_would_be_refused_is_asked_again_and_so_are_two_that_differ(person: Person) -> None:
    terminal = person.starts("keygen", "yo.pem")
    for typed, words in (("corta", "al menos 12"), (SECRET, "Repítala")):
        terminal.expect("Frase de paso nueva")
        terminal.type_secret(typed)
        terminal.expect(words)
    terminal.type_secret("otra frase larga")
    terminal.expect("Frase de paso nueva")
    terminal.type_secret(SECRET)
    terminal.expect("Repítala")
    terminal.type_secret(SECRET)
    terminal.expect("Llave creada")
    assert terminal.ends() == 0


def test_what_is_asked_is_saved_at_ctrl_c_and_can_be_changed_at_the_end(person: Person) -> None:
    (person.home / "acuerdo.md").write_text("# Texto\n", "utf-8")
    first = person.starts("init", "libro")
    for question, answer in (
        ("Nombre del libro:", "Libro"),
        ("Nombre único", "con espacio"),
        ("sin espacios", "a.example/l"),
    ):
        first.expect(question)
        first.type(answer)
    first.expect("Dirección")
    first.interrupt()
    first.expect("constancia init libro")
    assert first.ends() == INTERRUPTED
    second = person.starts("init", "libro")
    second.expect("Ya contestadas: 2")
    answers = [
        ("Dirección", "http://127.0.0.1:1"), ("Zona horaria", "Luna"), ("no es una zona horaria", ""),
        ("parte 1", "A"), ("oficial", "Parte A"), ("(número)", "0"), ("del 1 al 9", "1"),
        ("parte 2", "A"), ("ya está en la lista", "B"), ("oficial", "Parte B"), ("(número)", "1"), ("parte 3", ""),
        ("comité", ""), ("Para qué", ""), ("Cómo decide", "3"), ("del 1 al 2", "2"), ("Título", "Acuerdo"),
        ("Archivo", "falta.md"), ("no se puede usar", "acuerdo.md"), ("Enter si todo", "1"),
        ("Nombre del libro", "Otro"), ("1. Nombre del libro: Otro", ""),
    ]  # fmt: skip
    for question, answer in answers:
        second.expect(question)
        second.type(answer)
    second.expect("mayoría")
    second.expect("ahora B, en su máquina: constancia init b opening.json")
    assert second.ends() == 0


def test_mistyped_passphrase_gets_another_try_and_s_is_a_yes(person: Person) -> None:
    save(generate(), person.home / "yo.pem", SECRET.encode())
    statement = World(LogSigner.generate("example.org/x").vkey).genesis().statement
    (person.home / "genesis.statement.json").write_bytes(statement)
    refuses = person.starts("sign", "genesis.statement.json", "--key", "yo.pem")
    refuses.expect("[s/N]:")
    refuses.type("quizá")
    refuses.expect("[s/N]:")
    refuses.type("n")
    assert refuses.ends() == FAILED
    terminal = person.starts("sign", "genesis.statement.json", "--key", "yo.pem")
    terminal.expect("[s/N]:")
    terminal.type("s")
    terminal.expect("Frase de paso de su llave")
    terminal.type_secret("no es esta frase")
    terminal.expect("intentos que quedan: 2")
    terminal.expect("Frase de paso de su llave")
    terminal.type_secret(SECRET)
    terminal.expect("no se entrega con submit")
    assert terminal.ends() == 0
    fails = person.starts("sign", "genesis.statement.json", "--key", "yo.pem", "--yes", "--force")
    for _ in range(3):
        fails.expect("Frase de paso de su llave")
        fails.type_secret("no es esta frase")
    fails.expect("la frase de paso")
    assert fails.ends() == FAILED
