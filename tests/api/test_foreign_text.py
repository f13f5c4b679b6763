"""Foreign text in every output of every verb: looked at as a terminal shows it, and as programs parse it."""

import json
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from inspect import signature
from itertools import count
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pyte
import pytest
import uvicorn
from markupsafe import Markup
from prometheus_client.parser import text_string_to_metric_families
from tenacity import wait_none
from tests.api.served import Desk, document, report
from tests.api.test_special_files import MADE, PASSED_OVER, TABLE
from tests.api.verbs import WorkDesk, lay_out, verbs
from tests.ledger.template import Templates
from tests.profile import THOROUGH, sampled, turn_of
from tests.rows import each_row

from constancia.api import cli
from constancia.api.cli.signatory.short_forms import SHORT_FORMS
from constancia.api.client.remote_log import RemoteLog
from constancia.api.demo import run as demo_run
from constancia.api.demo import story
from constancia.api.pages.frame.frame import templates
from constancia.api.text.log_lines import LogLine
from constancia.verify import __main__ as verify_program
from constancia.verify.report.output import ended
from constancia.verify.report.printable import printable

# What steers a terminal, begins a line, hides or turns around text. None of it is a NUL, which no argument can hold.
HOSTILE = (
    "x\nFORGED\x1b[2J\x1b[1;1HFORGED\rFORGED\x9b2J\x1b]0;t\x07\u202eFORGED\u200b\u3164\uffff\udcff\U000e0041"
    "\u2028FORGED"
)
LONG = "x" + "w" * 8_000
FORGED = "FORGED"
# 0 to 4 by a verdict; a traceback would be 70. 1 would be a verdict against an honest ledger.
CODES = (0, 2, 3, 4, 76, 77, 78)

# Text that is no path; the rest of the table is that of special files.
TEXTS = {
    "init log_key": "init new --ceremony ceremony.toml --log-passphrase-file passphrase --log-key HERE",
    "rotate log_key": "rotate --dir libro --log-passphrase-file passphrase --log-key HERE",
    "rotate to": "rotate --dir libro --log-passphrase-file passphrase --to HERE",
    "serve log_key": "serve --dir libro --port 0 --log-passphrase-file passphrase --log-key HERE",
    "submit log_key": "submit voto.signed.json --to libro --log-passphrase-file passphrase --out new --log-key HERE",
    "serve host": "serve --dir libro --host HERE --port 0 --log-passphrase-file passphrase",
    "serve accept_rollback": "serve --dir libro --port 0 --log-passphrase-file passphrase --accept-rollback HERE",
    "serve accept_clock": "serve --dir libro --port 0 --log-passphrase-file passphrase --accept-clock HERE",
    "serve root_path": "serve --dir libro --port 0 --log-passphrase-file passphrase --root-path HERE",
    "serve published_trust": "serve --dir libro --port 0 --log-passphrase-file passphrase --published-trust HERE",
    "serve forwarded_allow_ips": "serve --dir libro --port 0 --log-passphrase-file passphrase "
    "--forwarded-allow-ips HERE",
    "serve metrics": "serve --dir libro --port 0 --log-passphrase-file passphrase --metrics HERE",
    "mirror url": "mirror HERE --trust trust --dir new --key witness.pem --passphrase-file passphrase --create --once",
    "mirror peer": "mirror http://127.0.0.1:9 --trust trust --dir new --key witness.pem --passphrase-file passphrase "
    "--create --once --peer HERE",
    "mirror levels": "mirror http://127.0.0.1:9 --trust trust --dir new --key witness.pem --once --levels HERE",
    "mirror serve": "mirror http://127.0.0.1:9 --trust trust --dir new --key witness.pem --passphrase-file passphrase "
    "--create --once --serve HERE",
    "export known": "export --csv new --from libro --known HERE",
    "export at": "export --csv new --from libro --at HERE",
    "verify against": "verify libro --against HERE",
    "log known": "log libro --known HERE",
    "log start": "log libro --from HERE",
    "log stop": "log libro --to HERE",
    "log party": "log libro --party HERE",
    "state known": "state libro --known HERE",
    "keygen witness": "keygen new.pem --passphrase-file passphrase --witness HERE",
    "draft type_name": "draft HERE --body body.json --from libro --party nosc",
    "draft party": "draft CommitmentProposed --body body.json --from libro --party HERE",
    "draft appointment": "draft CommitmentProposed --body body.json --from libro --party nosc --appointment HERE "
    "--person p --capacity alternate",
    "draft person": "draft CommitmentProposed --body body.json --from libro --party nosc --appointment a "
    "--person HERE --capacity alternate",
    "draft capacity": "draft CommitmentProposed --body body.json --from libro --party nosc --appointment a --person p "
    "--capacity HERE",
    "draft occurred_on": "draft CommitmentProposed --body body.json --from libro --party nosc --occurred-on HERE",
    "draft key_id": "draft CommitmentProposed --body body.json --from libro --party nosc --key-id HERE",
    "invite appointment": "invite HERE --from http://127.0.0.1:9",
    "invite ledger": "invite ap-a --from HERE",
    "endorse appointment": f"endorse HERE --fingerprint {'0' * 32} --from http://127.0.0.1:9",
    "endorse fingerprint": "endorse ap-a --fingerprint HERE --from http://127.0.0.1:9",
    "endorse ledger": f"endorse ap-a --fingerprint {'0' * 32} --from HERE",
    "endorse valid_from": f"endorse ap-a --fingerprint {'0' * 32} --from http://127.0.0.1:9 --valid-from HERE",
    "receipt name": "receipt HERE --from libro",
    "receipt url": "receipt 3 --from libro --out new --qr new.svg --url HERE",
    "show name": "show HERE --dir libro",
    "vault put field": "vault put --dir libro --field HERE --party nosc --file charter.md",
    "vault put party": "vault put --dir libro --field name --party HERE --file charter.md",
    "vault show commitment": "vault show HERE --dir libro",
    "vault destroy unused": "vault destroy --dir libro --unused HERE",
    "refusals delete": "refusals --from libro --delete HERE",
    "state at": "state libro --at HERE",
    "anchor tsa": "anchor libro --tsa HERE",
    "witness listen": "witness --policy policy --key witness.pem --passphrase-file passphrase --create --listen HERE",
    "witness prefix": "witness --policy policy --key witness.pem --passphrase-file passphrase --create --prefix HERE "
    "--listen 127.0.0.1:0",
    "monitor urls": "monitor HERE --once --dir new",
    "monitor levels": "monitor http://127.0.0.1:9 --once --dir new --levels HERE",
    "monitor listen": "monitor http://127.0.0.1:9 --once --dir new --listen HERE",
    "monitor on_finding": "monitor http://127.0.0.1:9 --once --dir new --on-finding HERE",
    "init database": "init new --ceremony ceremony.toml --log-passphrase-file passphrase --database HERE",
    "serve database": "serve --dir libro --log-passphrase-file passphrase --port 0 --database HERE",
    "move target": "move HERE --dir libro",
    "verify-release log": "verify-release charter.md --trust trust --log HERE",
    "monitor name": "monitor http://127.0.0.1:9 --once --dir new --name HERE",
    "restore accept_rollback": "restore libro --dir new --accept-rollback HERE",
    "trust add source": "trust add trust --source HERE",
    "trust add fingerprint": "trust add trust --fingerprint HERE",
    "trust page publisher": "trust page trust --publisher HERE --out new",
    "trust page address": "trust page trust --publisher NOSC --address HERE --out new",
    "trust page lang": "trust page trust --publisher NOSC --language HERE --out new",
    "trust page day": "trust page trust --publisher NOSC --date HERE --out new",
    "trust remove origin": "trust remove HERE",
}
TEXTS |= {
    "draft about": "draft VoteCast --from libro --as x --about HERE",
    "draft answers": "draft VoteCast --from libro --as x --set HERE",
    "draft decides": "draft DecisionProposed --from libro --as x --decides HERE",
}
# What is written after the name of a short form, by its parameter.
OF_SHORT_FORMS = {
    "about": "HERE --from libro --as x",
    "answers": "x --from libro --as y --set HERE",
    "key_id": "x --from libro --as y --key-id HERE",
    "reason": "x --from libro --as y --razon HERE",
    "speaker": "x --from libro --as HERE",
    "title": "x --from libro --as y --titulo HERE",
}
TEXTS |= {
    f"{name} {parameter}": f"{name} {words}"
    for name, form in SHORT_FORMS.items()
    for parameter, words in OF_SHORT_FORMS.items()
    if parameter in signature(form).parameters
}
PLACES = {name: command.replace("URL", "http://127.0.0.1:9") for name, command in TABLE.items() if command is not MADE}
BESIDES = {
    "an unknown verb": "HERE",
    "an unknown option": "log --HERE",
    "a language": "--lang HERE log libro",
    "a number": "log libro --count HERE",
    "an address": "verify http://127.0.0.1:9/HERE",
}


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> WorkDesk:
    return lay_out(tmp_path_factory.mktemp("desk") / "home", templates)


Desks = Callable[[], WorkDesk]


@pytest.fixture
def desks(laid_out: WorkDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desks:
    """A new desk each time, for one command; the current folder is its home."""
    numbers = count()
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "user"))
    monkeypatch.setenv("CONSTANCIA_LANG", "es")
    monkeypatch.setattr(RemoteLog._request.retry, "wait", wait_none())
    monkeypatch.setattr(story, "WHOLE", story.WHOLE[:2])  # a short demonstration, in a folder with a hostile name
    if not THOROUGH:  # its witnesses say what they say elsewhere, and three processes take long
        monkeypatch.setattr(demo_run, "can_run_witnesses", lambda: False)
    monkeypatch.setattr(uvicorn.Server, "run", lambda *_args, **_more: None)  # the server is open: nobody asks it

    def copied() -> WorkDesk:
        desk = laid_out.copy_to(tmp_path / f"home{next(numbers)}")
        monkeypatch.chdir(desk.home)
        return desk

    return copied


@pytest.fixture
def desk(desks: Desks) -> WorkDesk:
    return desks()


@contextmanager
def log_lines_on_the_screen() -> Iterator[None]:
    """Have log lines go where they go outside of a test: to standard error, by the last resort."""
    root = logging.getLogger()
    handlers, root.handlers[:] = list(root.handlers), []
    try:
        yield
    finally:
        root.handlers[:] = handlers


class Terminal:
    """Runs the program as its script does, and looks at what it wrote."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch

    def run(self, command: str, here: str = "") -> tuple[int, str]:
        words = [part.replace("HERE", here) for part in command.split()]
        self._monkeypatch.setattr(sys, "argv", ["constancia", *words])
        with log_lines_on_the_screen(), pytest.raises(SystemExit) as end:
            cli.main()
        return self.looked_at(int(str(end.value.code)), f"{command!r} with {here[:40]!r}")

    def looked_at(self, code: int, what: str) -> tuple[int, str]:
        out, err = self._capsys.readouterr()
        for text in (out, err):
            assert "Traceback" not in text, (what, text)
            assert printable(text, len(text), keep="\n") == text, (what, text)
            assert forged_lines(text) == [], (what, text)
        assert code in CODES, (what, code, out, err)
        return code, out + err


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(capsys, monkeypatch)


def forged_lines(text: str) -> list[str]:
    """The screen's lines that begin as no line of ours does. The screen is so wide that no line is folded."""
    lines = text.split("\n")
    if all(line.isprintable() and len(line) < 6_000 for line in lines):
        # No control character, nothing invisible, no line that is folded: a screen shows it letter by letter.
        return [line for line in lines if line.lstrip().startswith(FORGED)]
    screen = pyte.Screen(12_000, text.count("\n") + 40)
    pyte.Stream(screen).feed(text.replace("\n", "\r\n"))
    begun = ["".join(row[at].data for at in range(len(FORGED) + 4)) for row in screen.buffer.values()]
    return [one for one in begun if one.lstrip().startswith(FORGED)]


def test_the_emulator_sees_what_escapes_do() -> None:
    assert forged_lines("x\x1b[2J\x1b[1;1HFORGED")
    assert forged_lines("x\nFORGED")
    assert forged_lines("x\rFORGED")
    assert forged_lines(printable(HOSTILE)) == []


def test_every_parameter_that_takes_text_has_a_row() -> None:
    there = {f"{verb} {name}" for verb, kinds in verbs() for name, kind in kinds.items() if "str" in str(kind)}
    assert there == {name for name in (*TEXTS, *TABLE) if name in there}
    assert set(TEXTS) <= there


ARGUMENTS = TEXTS | PLACES | BESIDES


def by_first_word(commands: dict[str, str]) -> dict[str, dict[str, str]]:
    """Commands by their first word, for a test each: a test of each parameter costs more than the command."""
    verbs = dict[str, dict[str, str]]()
    for name, command in commands.items():
        if (verb := command.split()[0]) not in PASSED_OVER:
            verbs.setdefault(verb, {})[name] = command
    return verbs


@pytest.mark.parametrize("verb", by_first_word(ARGUMENTS))
def test_argument_that_is_hostile_is_shown_harmless(desks: Desks, terminal: Terminal, verb: str) -> None:
    # A long text asks of every answer that it is cut or shown whole: of the parameters one in two shows it, by turns.
    one_in = sampled(2, 1)
    long = set(list(ARGUMENTS)[turn_of("api/cli", one_in) :: one_in])
    for name, command in by_first_word(ARGUMENTS)[verb].items():
        desk = desks()
        for text in (HOSTILE, *[LONG] * (name in long)):
            terminal.run(command.replace("LINK", (desk.home / "link").read_text()), text)


LOOKED_FOR = (
    "policy", "genesis", "checkpoint", "tsa/a.pem", f"tile/{HOSTILE}", "tile/entries/000", "ledger.sqlite",
    "rollbacks.json", "trust/policy", "keys/log.pem", f"documents/{HOSTILE}", "anchors/SHA256SUMS",
)  # fmt: skip


@pytest.mark.parametrize("verb", by_first_word(PLACES))
def test_file_and_folder_that_are_hostile_are_shown_harmless(desks: Desks, terminal: Terminal, verb: str) -> None:
    """A file whose name and content are hostile; a folder in which every file that is looked for is."""
    content = HOSTILE.encode("utf-8", "surrogateescape")
    for parameter in by_first_word(PLACES)[verb].values():
        desk = desks()
        command = parameter.replace("LINK", (desk.home / "link").read_text())
        file = desk.home / f"{HOSTILE}.json"
        file.write_bytes(content)
        terminal.run(command, str(file))
        folder = desk.home / HOSTILE
        for path in LOOKED_FOR:
            (folder / path).parent.mkdir(exist_ok=True, parents=True)
            (folder / path).write_bytes(content)
        terminal.run(command, str(folder))


@pytest.mark.parametrize("name", ["CONSTANCIA_LANG", "CONSTANCIA_PAGE_SIZE", "CONSTANCIA_PUBLIC_URL", "TZ", "COLUMNS"])
def test_environment_that_is_hostile_is_shown_harmless(
    desk: WorkDesk, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, HOSTILE)
    code, _ = terminal.run("serve --dir libro --port 0 --log-passphrase-file passphrase")
    if name.startswith("CONSTANCIA_"):
        assert code == 78


# In a policy: a hostile line, name and key; in a genesis; in a kept checkpoint.
POLICIES = (
    f"log {HOSTILE}\n", f"witness {HOSTILE} {HOSTILE}\n", f"quorum {HOSTILE}\n", f"group {HOSTILE} 1 {HOSTILE}\n",
    HOSTILE,
)  # fmt: skip


def test_trust_folder_and_zip_that_are_hostile_are_shown_harmless(
    desk: WorkDesk, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = (desk.home / "trust" / "policy").read_bytes()
    for text in POLICIES:
        for where, kept in (("policy", b""), ("policy", policy)):
            (desk.home / "trust" / where).write_bytes(kept + text.encode("utf-8", "surrogateescape"))
            terminal.run("verify libro --trust trust")
            terminal.run("verify libro --trust trust --json")
            terminal.run("trust add trust")
    (desk.home / "trust" / "policy").write_bytes(policy)
    for where in ("genesis", "checkpoint"):
        (desk.home / "trust" / where).write_bytes(HOSTILE.encode("utf-8", "surrogateescape"))
        terminal.run("verify libro --trust trust")


def test_verifier_by_itself_shows_what_is_hostile_harmless(desk: WorkDesk, terminal: Terminal) -> None:
    (desk.home / HOSTILE).write_bytes(HOSTILE.encode("utf-8", "surrogateescape"))
    for arguments in (
        [HOSTILE], [LONG], ["libro", "--trust", HOSTILE], ["libro", "--since", HOSTILE], ["libro", f"--{HOSTILE}"],
        ["libro", "--lang", HOSTILE], ["missing" + HOSTILE], ["http://127.0.0.1:9/" + HOSTILE], [HOSTILE, "--json"],
    ):  # fmt: skip
        terminal.looked_at(ended(lambda given=arguments: verify_program.main(given)), repr(arguments))  # type: ignore[misc]  # bound at once


# A remote host.

PROBLEM = {
    "also": [{"code": HOSTILE, "rule": HOSTILE}, {"code": HOSTILE}, 7],
    "code": HOSTILE, "detail": HOSTILE, "judged_against": {HOSTILE: HOSTILE}, "rule": HOSTILE, "title": HOSTILE,
}  # fmt: skip
DESCRIBED = {"edition": HOSTILE, "log_key": HOSTILE, "origin": HOSTILE, "timezone": HOSTILE}


def raw(status: str, body: object, media_type: str = "application/json") -> bytes:
    data = json.dumps(body).encode() if not isinstance(body, bytes) else body
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nConnection: close\r\nX-Note: \x1b[2J{FORGED}\r\n"
    return f"{head}Content-Length: {len(data)}\r\n\r\n".encode("latin-1") + data


ANSWERS = {
    "a reason": raw(f"403 \x1b[2J\x1b[1;1H{FORGED}", b"no"),
    "a reason of 8,000 letters": raw(f"403 {LONG}", b"no"),
    "a problem": raw("403 x", PROBLEM, "application/problem+json"),
    "a problem of another form": raw("409 x", [HOSTILE], "application/problem+json"),
    "a description": raw("200 OK", DESCRIBED),
    "a text": raw("200 OK", HOSTILE.encode("utf-8", "surrogateescape"), "text/plain"),
    "a note": raw("200 OK", f"{HOSTILE}\n5\nAAAA\n\n— {HOSTILE} AAAA\n".encode("utf-8", "replace"), "text/plain"),
    "a media type": raw("200 OK", b"{}", f"\x1b[2J{FORGED}/x"),
    "no status line": f"\x1b[2J{FORGED}\n\n".encode(),
}
ASKING = (
    "verify URL", "verify URL --trust trust --json", "receipt 3 --from URL --out new",
    "submit voto.signed.json --to URL",
    "draft CommitmentProposed --body body.json --from URL --party nosc", "monitor URL --once --dir mon --name m",
    "monitor URL --once --dir mon2 --json --trust trust",
    "monitor http://127.0.0.1:9 --once --dir mon3 --peer URL/heads",
)  # fmt: skip


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    def run() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(OSError):
                    asked = connection.recv(65_536)
                    if asked.startswith(b"POST") and asked.endswith(b"\r\n\r\n"):
                        connection.recv(65_536)  # its body; to close before would cut our answer off
                    connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=run, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("what", ANSWERS)
def test_remote_host_that_is_hostile_is_shown_harmless(desk: WorkDesk, terminal: Terminal, what: str) -> None:
    with answering(ANSWERS[what]) as url:
        for command in ASKING:
            terminal.run(command.replace("URL", url))
    for folder in ("mon", "mon2", "mon3"):
        kept = desk.home / folder
        for feed in kept.glob("*.atom"):
            shown = "".join(ET.fromstring(feed.read_bytes()).itertext())  # noqa: S314 - our own feed
            assert printable(shown, len(shown), keep="\n") == shown
        parsed: dict[str, Callable[[str], object]] = {
            "metrics.prom": lambda text: list(text_string_to_metric_families(text)),
            "heads.json": json.loads,
        }
        for path in kept.rglob("*"):
            if path.name in parsed:
                parsed[path.name](path.read_text(encoding="utf-8"))
            elif path.name == "journal.jsonl":
                for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
                    assert printable(line, len(line)) == line
                    json.loads(line)
    assert len(list((desk.home / "mon").glob("*.atom"))) == 2
    assert os.listdir(desk.home / "mon")  # noqa: PTH208 - it was written


# A server and a witness: log lines, problem documents, pages.


def test_log_line_holds_no_line_or_escape_of_a_foreign_text() -> None:
    fault = (ValueError, ValueError(HOSTILE), None)
    record = logging.LogRecord("constancia", logging.ERROR, "x.py", 1, "a %s\n", (HOSTILE,), fault)
    text = LogLine().format(record)
    assert printable(text, len(text), keep="\n") == text
    assert forged_lines(text) == []
    first, *traceback = text.split("\n")
    assert "ERROR a x" in first
    assert all(line.startswith("  ") for line in traceback)


ASKED = quote(HOSTILE, safe="", errors="surrogateescape")
PATHS = (
    f"/api/v1/receipts/{ASKED}", f"/api/v1/entries/{ASKED}", f"/api/v1/state?size={ASKED}", f"/documents/{ASKED}",
    f"/api/v1/proofs/consistency?old={ASKED}&new=1", f"/{ASKED}", f"/tile/{ASKED}", f"/anchors/{ASKED}", f"/e/{ASKED}",
    f"/es/registros/{ASKED}", f"/es/compromisos/{ASKED}", f"/es/?size={ASKED}", f"/es/registros?from={ASKED}",
    f"/es/{'w' * 8_000}", f"/api/v1/timeline?after={ASKED}&size=5",
)  # fmt: skip
HEADERS = (
    "Accept",
    "Accept-Language",
    "If-None-Match",
    "Range",
    "Content-Type",
    "Content-Encoding",
    "Origin",
    "Cookie",
)


@each_row("path", PATHS)
def test_answer_to_what_is_hostile_holds_no_raw_character_of_it(scene: Desk, path: str) -> None:
    headers = [(name.encode(), "x\x9b2J\u00ad\xa0".encode("latin-1")) for name in HEADERS]
    for method in ("GET", "POST", "PUT"):
        answer = scene.http.request(method, path, headers=headers, content=HOSTILE.encode("utf-8", "surrogateescape"))
        text = answer.content.decode()
        assert answer.status_code < 500, text
        assert printable(text, len(text), keep="\n") == text
        assert not any(FORGED in value for value in answer.headers.values())
        if "json" in answer.headers["content-type"]:
            json.loads(text)


@each_row("member", ["narrative", "period", "commitment", "report"])
def test_problem_document_about_a_hostile_statement_is_plain(scene: Desk, member: str) -> None:
    statement = json.loads(document(scene.says("inai", "ProgressReported", "commitment/c1", report())))
    statement["statement"]["body"][member] = HOSTILE
    for raw_body in (json.dumps(statement), json.dumps(statement, ensure_ascii=False, separators=(",", ":"))):
        answer = scene.post(raw_body.encode("utf-8", "surrogateescape"))
        assert answer.status_code == 400
        assert printable(answer.text, len(answer.text), keep="\n") == answer.text
        assert json.loads(answer.content)["code"] == "E_MALFORMED"


def test_template_shows_foreign_text_harmless_and_markup_as_it_is() -> None:
    made = templates().from_string("<p>{{ text }}</p>{{ markup }}").render(text=HOSTILE, markup=Markup("<b>b</b>"))
    assert made.endswith("<b>b</b>")
    assert printable(made, len(made), keep="\n") == made


def test_aborted_upload_is_no_fault_of_ours(scene: Desk, caplog: pytest.LogCaptureFixture) -> None:
    address = scene.http.base_url
    with ExitStack() as uploads:
        for path in ("/api/v1/documents", "/api/v1/entries", "/api/v1/drafts"):
            head = (
                f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{{"
            )
            connection = uploads.enter_context(socket.create_connection((address.host, address.port or 80)))
            connection.sendall(head.encode())
        time.sleep(0.1)  # the bodies are being read
    scene.http.get("/healthz")
    time.sleep(0.2)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
