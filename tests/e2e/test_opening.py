"""docs/es/APERTURA.md, played as it is written: three folders, real terminals, a real server, real witnesses."""

import contextlib
import os
import re
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from tests.e2e.opening_page import ENTER, PAGES, SECRET, Line, counted_words, counts, read_page
from tests.e2e.typed_terminal import TypedTerminal

from constancia.api.text.i18n import message_ids, tr

MACHINES = ("INAI", "NOSC", "SFP")
# Who types which passphrase: that of the log's key, of a root, of a representative. They are all different.
PASSPHRASES = {
    "log": "la llave del libro 7",
    "root": "una raíz fuera de línea",
    "representative": "la frase de quien firma",
}


@dataclass
class Afternoon:
    """The three machines, each a folder, with the terminals that are open on them."""

    home: Path
    hosts: dict[str, str]
    terminals: dict[str, TypedTerminal] = field(default_factory=dict)
    commands: dict[str, str] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)

    def play(self, lines: list[Line]) -> None:
        for line in lines:
            getattr(self, line.kind)(line)

    def here(self, text: str) -> str:
        """A text of the page with the names of machines of today's."""
        for name, place in self.hosts.items():
            text = text.replace(name, place)
        return text

    def folder(self, machine: str) -> Path:
        return self.home / machine.lower()

    def command(self, line: Line) -> None:
        before = self.terminals.pop(line.terminal, None)
        if before is not None:
            assert before.ends() == 0, before.screen
        arguments = self.here(line.text).split()
        self.commands[line.terminal], self.asked[line.terminal] = line.text, 0
        self.terminals[line.terminal] = TypedTerminal(arguments, self.folder(line.machine), self.env)

    def answer(self, line: Line) -> None:
        terminal = self.terminals[line.terminal]
        terminal.expect(f"{line.text}:")
        if line.more == SECRET:
            terminal.type_secret(self.passphrase(line))
        else:
            terminal.type("" if line.more == ENTER else self.here(line.more))

    def passphrase(self, line: Line) -> str:
        """The root's is asked first for, and twice, where keys are made; else the question says whose it is."""
        number, command = self.asked[line.terminal], self.commands[line.terminal]
        self.asked[line.terminal] += 1
        if "libro" in line.text or command.startswith("init libro"):
            return PASSPHRASES["log"]
        if command.endswith("opening.json"):
            return PASSPHRASES["root" if number < 2 else "representative"]
        return PASSPHRASES["root" if "root.pem" in line.text else "representative"]

    def screen(self, line: Line) -> None:
        self.terminals[line.terminal].expect(self.here(line.text))

    def sent(self, line: Line) -> None:
        for machine in line.more.split(", "):
            shutil.copy(self.folder(line.machine) / line.text, self.folder(machine))

    def turn(self, line: Line) -> None:
        assert line.terminal in self.terminals

    @property
    def env(self) -> dict[str, str]:
        path = os.pathsep.join(name for name in sys.path if name)
        own = {name: str(self.home / name) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
        return {**os.environ, **own, "PYTHONPATH": path, "COLUMNS": "200", "CONSTANCIA_LANG": "es"}


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]


@pytest.fixture
def afternoon(tmp_path: Path) -> Iterator[Afternoon]:
    ledger, *witnesses = free_ports(4)
    hosts = {"libro.inai.example:8000": f"127.0.0.1:{ledger}", "0.0.0.0 --port 8000": f"127.0.0.1 --port {ledger}"}
    for machine, port in zip(MACHINES, witnesses, strict=True):
        hosts[f"testigo.{machine.lower()}.example:8100"] = f"127.0.0.1:{port}"
    made = Afternoon(tmp_path, hosts)
    for machine in MACHINES:
        made.folder(machine).mkdir()
    (made.folder("INAI") / "acuerdo.md").write_text("# Hoja de ruta\n\nLas partes publican lo que acuerdan.\n", "utf-8")
    yield made
    for terminal in made.terminals.values():
        terminal.stop()
    for terminal in made.terminals.values():
        terminal.close()


def secrets_in(folder: Path) -> set[bytes]:
    """What must stay in a party's folder: encrypted keys, and the passphrase of its witness."""
    names = ("root.pem", "representative.pem", "witness.pem", "witness.passphrase")
    return {(folder / name).read_bytes() for name in names}


@pytest.mark.slow
@pytest.mark.timeout(400)  # seventeen processes, on however few processors
def test_the_page_is_played_word_by_word_to_an_agreement_in_force(afternoon: Afternoon) -> None:
    afternoon.play(read_page(PAGES["es"]))
    for machine in MACHINES:
        terminal = afternoon.terminals.pop(machine)
        assert terminal.ends() == 0, terminal.screen
    files = {path: path.read_bytes() for path in afternoon.home.rglob("*") if path.is_file()}
    for machine in MACHINES:
        own = afternoon.folder(machine) / machine.lower()
        kept = secrets_in(own)
        others = [path for path in files if not path.is_relative_to(own)]
        assert [path for path in others if files[path] in kept] == []
        assert [path for path, data in files.items() for word in PASSPHRASES.values() if word.encode() in data] == []
        assert (own / "root.pem").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("lang", sorted(PAGES))
def test_the_page_has_the_counts_of_what_is_done_on_it(lang: str) -> None:
    assert counted_words(lang) in PAGES[lang].read_text(encoding="utf-8"), "python -m tests.e2e.opening_page"


def test_it_is_little_that_is_typed() -> None:
    counted = counts(read_page(PAGES["es"]))
    assert counted["command"] <= 18
    assert counted["typed"] <= 45
    assert counted["sent"] <= 8


def test_both_pages_do_the_same() -> None:
    """The same commands and answers at the same terminals; each question is the same message in its language."""
    spanish, english = read_page(PAGES["es"]), read_page(PAGES["en"])
    assert [(line.kind, line.machine) for line in spanish] == [(line.kind, line.machine) for line in english]
    for ours, theirs in zip(spanish, english, strict=True):
        if ours.kind in ("command", "sent"):
            assert (ours.text, ours.more) == (theirs.text, theirs.more)
        if ours.kind == "answer":
            assert ({ENTER: ENTER, SECRET: SECRET}.get(ours.more)) == ({ENTER: ENTER, SECRET: SECRET}.get(theirs.more))
            assert asked_by(ours.text, "es") == asked_by(theirs.text, "en") != set(), (ours.text, theirs.text)


def asked_by(question: str, lang: str) -> set[str]:
    """The messages that a question can be."""
    words = re.sub(r" \[.*\]$", "", question)
    return {name for name, pattern in patterns(lang).items() if pattern.fullmatch(words)}


@cache
def patterns(lang: str) -> dict[str, re.Pattern[str]]:
    """What tells each message of the command line."""
    names = (name for name in message_ids(lang) if name.startswith("cli."))
    return {name: re.compile(".+".join(map(re.escape, re.split(r"%\(\w+\)s", tr(lang, name))))) for name in names}
