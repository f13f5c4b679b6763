"""A signatory's and an auditor's work by the command line, as people run it, verbs in processes of their own.

Key ceremony, serving, drafting, signing, handing in, verifying; and what ten plausible mistakes get.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.api.command_line import run_here
from tests.profile import sampled, turn_of
from tests.warm import WARM

from constancia.api.client.remote_log import RemoteLog

RUN = "import sys; sys.argv[0] = 'constancia'; from constancia.api.cli import main; main()"
# Forked with the libraries, but without the program, and without the one that remembers its classes: it has to
# import both by itself, as after an interpreter's start.
WITHOUT = """import sys
for name in [*sys.modules]:
    if name.partition(".")[0] in ("constancia", "eventsourcing"):
        del sys.modules[name]
"""
OWN = ("keygen", "serve")  # verbs for which an interpreter is started
# Of the others, those that are run in a process that imports the program for them: the verbs' own modules choose which,
# so that each change of them is tried with others. `make thorough` does so with all; the rest has none of its own.
ONE_IN = sampled(4, 1)
TURN = turn_of("api/cli", ONE_IN)
WRONG = ("--lang", "verificar")  # no verbs: that is said by the program's own beginning
STARTED = set[str]()  # verbs that this run has had in a process of their own
PASSPHRASE = "una frase bastante larga"  # noqa: S105 - of keys made for a test
CEREMONY = """
origin = "example.org/ceremony"
timezone = "America/Mexico_City"
charter = "charter.md"
[name]
es = "Libro de prueba"
[rules.decision_rule]
value = "unanimity"
rule_source = "product_default"
[[founders]]
party = "inai"
kind = "autonomous_body"
key = "inai.pub.json"
[founders.legal_name]
es = "Instituto"
[[founders]]
party = "nosc"
kind = "civil_society_group"
key = "nosc.pub.json"
[founders.legal_name]
es = "Núcleo"
[[founders]]
party = "sfp"
kind = "federal_ministry"
key = "sfp.pub.json"
[founders.legal_name]
es = "Secretaría"
"""


def program(verb: str) -> list[str]:
    """What goes before a verb: the first time in this run one that has not imported the program, then a forked one."""
    run = WARM + RUN
    if verb not in STARTED:
        run = RUN if verb in OWN else WARM + WITHOUT + RUN
    STARTED.add(verb)
    return [sys.executable, "-c", run]


def is_chosen(verb: str) -> bool:
    """Whether a verb that was not run yet gets a process of its own."""
    return verb in (*OWN, *WRONG) or sum(verb.encode()) % ONE_IN == TURN


class Desk:
    """A person's folder, in which commands are run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "frase").write_text(PASSPHRASE + "\n", encoding="utf-8")
        path = os.pathsep.join(one for one in sys.path if one)
        self.env = os.environ | {
            "PYTHONPATH": path, "COLUMNS": "200", "XDG_DATA_HOME": str(folder / "data"), "CONSTANCIA_LANG": "es",
            "XDG_CONFIG_HOME": str(folder / "config"), "XDG_CACHE_HOME": str(folder / "cache"),
        }  # fmt: skip

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command: a chosen verb's first time in a process of its own, as people do, and else without a start."""
        if arguments[0] in STARTED or not is_chosen(str(arguments[0])):
            return run_here(arguments, env=self.env, cwd=self.folder)
        return subprocess.run(
            [*program(str(arguments[0])), *map(str, arguments)],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )

    def does(self, *arguments: str | Path) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def keygen(self, name: str) -> str:
        self.does("keygen", f"{name}.pem", "--passphrase-file", "frase")
        found: str = self.json(f"{name}.pub.json")["key"]
        return found

    def json(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"))
        return found

    def body(self, file: str, /, **members: object) -> str:
        (self.folder / file).write_text(json.dumps(members, ensure_ascii=False), encoding="utf-8")
        return file

    def says(self, url: str, type_name: str, body: str, key: str, *who: str) -> str:
        self.does("draft", type_name, "--body", body, "--from", url, "--out", "x.statement.json", "--force", *who)
        self.does("sign", "x.statement.json", "--key", f"{key}.pem", "--passphrase-file", "frase", "--yes", "--force")
        return self.does("submit", "x.signed.json", "--to", url, "--out", f"{type_name}.tlog-proof", "--force")

    @contextlib.contextmanager
    def served(self, folder: str) -> Iterator[str]:
        """The ledger served by `constancia serve` in a process of its own, ended as by Ctrl-C."""
        process = subprocess.Popen(
            [*program("serve"), "serve", "--dir", folder, "--port", "0", "--log-passphrase-file", "frase"],
            cwd=self.folder,
            env=self.env,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stderr is not None
            line = next(one for one in process.stderr if "http://" in one)
            yield line[line.index("http://") :].split("/es/")[0]
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(60) in (0, 130, -signal.SIGINT)
            if process.stderr is not None:
                process.stderr.close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A ledger opened by a key ceremony of three founders."""
    made = Desk(tmp_path_factory.mktemp("journey"))
    for party in ("inai", "nosc", "sfp"):
        made.keygen(party)
    (made.folder / "charter.md").write_text("# Acta\n", encoding="utf-8")
    (made.folder / "ceremonia.toml").write_text(CEREMONY, encoding="utf-8")
    made.does("init", "libro", "--ceremony", "ceremonia.toml", "--log-passphrase-file", "frase")
    for party in ("inai", "nosc", "sfp"):
        made.does(
            "sign", "libro/genesis.statement.json", "--key", f"{party}.pem", "--out", f"{party}.signed.json",
            "--passphrase-file", "frase", "--yes",
        )  # fmt: skip
    signed = [option for party in ("inai", "nosc", "sfp") for option in ("--signed", f"{party}.signed.json")]
    said = made.does("init", "libro", *signed, "--log-passphrase-file", "frase")
    assert "Libro abierto" in said
    return made


@pytest.fixture(scope="module")
def url(desk: Desk) -> Iterator[str]:
    with desk.served("libro") as address:
        yield address


WHO = ("--party", "nosc", "--appointment", "ap-e", "--person", "p-e", "--capacity", "alternate")


@pytest.fixture(scope="module")
def appointed(desk: Desk, url: str) -> Desk:
    """The same ledger with a person whose key is endorsed."""
    for party in ("inai", "nosc", "sfp"):
        registered = desk.body("p.json", kind=_kind(party), legal_name={"es": party.upper()}, party=party)
        desk.says(url, "PartyRegistered", registered, party, "--party", party)
    appointed = desk.body(
        "a.json", appointment="ap-e", capacity="alternate", name="Persona E", party="nosc", person="p-e",
        post={"es": "Suplente"}, scope=["PartyNameRecorded"], valid_from="2019-01-01",
    )  # fmt: skip
    desk.says(url, "RepresentativeAppointed", appointed, "nosc", "--party", "nosc")
    key = desk.keygen("persona-e")
    material = {name: value for name, value in desk.json("persona-e.pub.json").items() if name != "key"}
    registered = desk.body("k.json", appointment="ap-e", key=key, party="nosc", **material)
    desk.says(url, "KeyRegistered", registered, "persona-e", *WHO)
    endorsed = desk.body("e.json", key=key, valid_from="2019-01-01")
    desk.says(url, "KeyEndorsed", endorsed, "nosc", "--party", "nosc")
    return desk


def test_person_who_is_appointed_and_endorsed_signs_and_keeps_a_receipt(appointed: Desk, url: str) -> None:
    desk = appointed
    name = desk.body("n.json", lang="en", name="Core Group", official=False, party="nosc", used_in="press")
    said = desk.says(url, "PartyNameRecorded", name, "persona-e", *WHO)
    assert "Quedó en el registro 7" in said
    for _ in range(2):  # a receipt of the same statement may take the place of another
        again = desk.does("submit", "x.signed.json", "--to", url, "--out", "again.tlog-proof")
        assert "Ya estaba en el registro 7" in again
    assert "ÍNTEGRO" in desk.does("verify", "again.tlog-proof", "--trust", "libro/trust")
    assert "ÍNTEGRO" in desk.does("verify", f"{url}/", "--trust", "libro/trust")


def _kind(party: str) -> str:
    return {"inai": "autonomous_body", "nosc": "civil_society_group", "sfp": "federal_ministry"}[party]


def test_bundle_of_a_served_ledger_is_intact_and_a_changed_byte_is_named(desk: Desk, url: str) -> None:
    desk.does("export", "libro.zip", "--dir", "libro")
    done = desk.run("verify", "libro.zip", "--trust", "libro/trust", "--json")
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (0, "intact")
    unanchored = desk.run("verify", "libro.zip")
    assert unanchored.returncode == 2
    assert "NO CONCLUYENTE" in unanchored.stdout


MISTAKES: dict[str, tuple[list[str], int, str]] = {
    "another folder": (["state", "nada"], 76, "nada"),
    "a source that is none": (["verify", "charter.md"], 3, "ESTO NO ES UNA CONSTANCIA"),
    "no passphrase and no terminal": (["keygen", "otra.pem"], 76, "--passphrase-file"),
    "a key file that exists": (["keygen", "inai.pem", "--passphrase-file", "frase"], 76, "no se sobrescribe"),
    "a type misspelt": (
        ["draft", "VoteCasted", "--body", "c.json", "--from", "libro", "--party", "inai"], 76, "VoteCasted",
    ),
    "a body of another type": (
        ["draft", "VoteCast", "--body", "c.json", "--from", "libro", "--party", "inai"], 76, "VoteCast",
    ),
    "a body that is no JSON": (
        ["draft", "VoteCast", "--body", "charter.md", "--from", "libro", "--party", "inai"], 76, "no es JSON",
    ),
    "an appointment without the person": (
        ["draft", "CommitmentProposed", "--body", "c.json", "--from", "libro", "--party", "nosc",
         "--appointment", "ap-e"], 76, "--person",
    ),
    "another's passphrase": (
        ["sign", "x.statement.json", "--key", "inai.pem", "--passphrase-file", "charter.md", "--yes",
         "--out", "y.signed.json"], 76, "frase de paso",
    ),
    "a file that is no statement": (
        ["sign", "charter.md", "--key", "inai.pem", "--passphrase-file", "frase", "--yes"], 76, "forma",
    ),
    "a ledger that exists": (["init", "libro", "--ceremony", "ceremonia.toml"], 76, "ya tiene un libro"),
    "a ceremony with a hole": (["init", "otro", "--ceremony", "frase"], 76, "no sirve como ceremonia"),
    "a server that is not there": (
        ["submit", "x.signed.json", "--to", "http://127.0.0.1:9"], 76, "127.0.0.1:9",
    ),
    "a date that is none": (["state", "libro", "--at", "ayer"], 78, "AAAA-MM-DD"),
    "a language that is not spoken": (["--lang", "xx", "state", "libro"], 78, "xx"),
    "a verb that is none": (["verificar", "libro"], 78, "verificar"),
    "an entry beyond the end": (["show", "999", "--dir", "libro"], 76, "999"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_told_in_a_sentence_and_never_by_a_traceback(
    appointed: Desk, mistake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = appointed
    monkeypatch.setattr(RemoteLog._request.retry, "sleep", lambda _pause: None)  # tests/api/client shows the pauses
    desk.body("c.json", commitment="c1", objective={"es": "O"}, problem={"es": "P"}, title={"es": "Abrir"})
    arguments, code, words = MISTAKES[mistake]
    done = desk.run(*arguments)
    told = done.stdout + done.stderr
    assert "Traceback" not in told
    assert done.returncode == code, told
    assert words in told.replace("\n", " "), told


def test_refusal_over_http_names_code_rule_and_state(appointed: Desk, url: str) -> None:
    desk = appointed
    body = desk.body("w.json", commitment="c1", milestone="m1")
    desk.does(
        "draft", "WorkStarted", "--body", body, "--from", url, "--party", "nosc", "--appointment", "ap-e",
        "--person", "p-e", "--capacity", "alternate", "--out", "w.statement.json",
    )  # fmt: skip
    desk.does("sign", "w.statement.json", "--key", "persona-e.pem", "--passphrase-file", "frase", "--yes")
    done = desk.run("submit", "w.signed.json", "--to", url)
    assert done.returncode == 77
    assert "E_OUT_OF_SCOPE" in done.stderr
    assert "No se registró nada." in done.stderr


def test_no_verb_replaces_a_file_that_is_there_unless_told_to(desk: Desk, url: str) -> None:
    there = desk.folder / "there"
    body = desk.body("c9.json", commitment="c9", objective={"es": "O"}, problem={"es": "P"}, title={"es": "Abrir"})
    party = desk.body("p9.json", kind="autonomous_body", legal_name={"es": "I"}, party="inai")
    draft = ["draft", "PartyRegistered", "--body", party, "--from", url, "--party", "inai"]
    desk.does(*draft, "--out", "p9.statement.json")
    sign = ["sign", "p9.statement.json", "--key", "inai.pem", "--passphrase-file", "frase", "--yes"]
    desk.does(*sign)
    verbs = [
        ["draft", "CommitmentProposed", "--body", body, "--from", url, "--party", "inai", "--out"],
        [*sign, "--out"],
        ["export", "--dir", "libro"],
        ["receipt", "0", "--from", "libro", "--out"],
        ["receipt", "0", "--from", "libro", "--out", "r9.tlog-proof", "--url", url, "--qr"],
        ["show", "0", "--dir", "libro", "--receipt"],
        ["anchor", "libro", "--request"],
    ]
    for verb in verbs:
        there.write_bytes(b"mine")
        done = desk.run(*verb, "there")
        assert (done.returncode, there.read_bytes()) == (76, b"mine"), verb
        assert "there ya existe" in done.stderr, verb
        desk.does(*verb, "there", "--force")
        assert there.read_bytes() != b"mine", verb
    (desk.folder / "new.pub.json").write_bytes(b"mine")
    done = desk.run("keygen", "new.pem", "--passphrase-file", "frase")
    assert (done.returncode, (desk.folder / "new.pub.json").read_bytes()) == (76, b"mine")
    assert not (desk.folder / "new.pem").exists()


def test_submit_replaces_no_file_but_a_receipt_of_the_same_statement(desk: Desk, url: str) -> None:
    """It is asked before anything is handed in; doing it twice stays harmless."""
    party = desk.body("p8.json", kind="civil_society_group", legal_name={"es": "N"}, party="nosc")
    (desk.folder / "p8.tlog-proof").write_bytes(b"mine")
    desk.does("draft", "PartyRegistered", "--body", party, "--from", url, "--party", "nosc",
              "--out", "p8.statement.json")  # fmt: skip
    desk.does("sign", "p8.statement.json", "--key", "nosc.pem", "--passphrase-file", "frase", "--yes")
    size = len(desk.does("log", "libro").splitlines())
    done = desk.run("submit", "p8.signed.json", "--to", url)
    assert (done.returncode, (desk.folder / "p8.tlog-proof").read_bytes()) == (76, b"mine")
    assert len(desk.does("log", "libro").splitlines()) == size, "nothing was submitted"
