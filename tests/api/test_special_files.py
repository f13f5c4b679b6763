"""Pipes, devices, folders, sockets and endless files wherever a verb reads one: refused at once, in words."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import signature
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import pytest
import uvicorn
from tests.api.verbs import WorkDesk, lay_out, takes_a_path, verbs
from tests.dishonest import Host, hosting
from tests.ledger.template import Templates
from tests.profile import sampled
from tests.verify.small_ledger import Log, Writer

from constancia.api.cli.signatory.short_forms import SHORT_FORMS

if TYPE_CHECKING:
    from subprocess import CompletedProcess

LIMIT_S = 4.0  # of one refusal; a person does not wait
ENDLESS_BYTES = 1 << 40
REFUSED = (76, 3)  # no verdict, or "unreadable" of the two verbs that give one
MADE = "a file that the verb makes: one that is there is not opened"

MIRROR = "mirror URL --create --once --levels L2"

# A verb's parameter -> the command; HERE is the place that is no regular file. Or why nothing is read there.
TABLE = {
    "init folder": "init HERE --ceremony ceremony.toml --log-passphrase-file passphrase",
    "init files": "init nosc HERE",
    "init passphrase_file": "init nosc opening.json --answers party.toml --passphrase-file HERE",
    "init representative_key": "init nosc opening.json --answers party.toml --passphrase-file passphrase "
    "--representative-key HERE",
    "init certificate": "init nosc opening.json --answers party.toml --passphrase-file passphrase "
    "--representative-key ana.key --cer HERE",
    "init ceremony": "init new --ceremony HERE --log-passphrase-file passphrase",
    "init signed": "init drafted --signed HERE --log-passphrase-file passphrase",
    "init log_passphrase_file": "init new --ceremony ceremony.toml --log-passphrase-file HERE",
    "init log_pin_file": "init new --ceremony ceremony.toml --log-passphrase-file passphrase --log-pin-file HERE",
    "demo folder": "demo --dir HERE",
    "serve folder": "serve --dir HERE --port 0",
    "serve log_passphrase_file": "serve --dir libro --port 0 --log-passphrase-file HERE",
    "serve log_pin_file": "serve --dir libro --port 0 --log-passphrase-file passphrase --log-pin-file HERE",
    "serve published": "serve --dir libro --port 0 --log-passphrase-file passphrase --published HERE",
    "export csv": MADE,
    "export sqlite": MADE,
    "keygen out": MADE,
    "keygen certificate": "keygen new.pub.json --cer HERE --key ana.key --passphrase-file passphrase",
    "keygen key_file": "keygen new.pub.json --cer ana.cer --key HERE --passphrase-file passphrase",
    "keygen passphrase_file": "keygen new.pem --passphrase-file HERE",
    "draft body": "draft VoteCast --body HERE --from libro --party inai",
    "draft ledger": "draft CommitmentProposed --body body.json --from HERE --party nosc",
    "draft trust": "draft CommitmentProposed --body body.json --from libro --party nosc --trust HERE",
    "draft out": MADE,
    "endorse trust": f"endorse ap-a --fingerprint {'0' * 32} --from http://127.0.0.1:9 --trust HERE",
    "endorse out": MADE,
    "sign statement": "sign HERE --key inai.pem --passphrase-file passphrase --yes --out new",
    "sign key": "sign voto.statement.json --key HERE --passphrase-file passphrase --yes --out new",
    "sign out": MADE,
    "sign passphrase_file": "sign voto.statement.json --key inai.pem --passphrase-file HERE --yes --out new",
    "submit signed": "submit HERE --to libro --log-passphrase-file passphrase --out new",
    "submit to": "submit voto.signed.json --to HERE --log-passphrase-file passphrase --out new",
    "submit out": "submit voto.signed.json --to libro --log-passphrase-file passphrase --out HERE",
    "submit log_passphrase_file": "submit voto.signed.json --to libro --log-passphrase-file HERE --out new",
    "submit log_pin_file": "submit voto.signed.json --to libro --log-passphrase-file passphrase --log-pin-file HERE "
    "--out new",
    "verify source": "verify HERE",
    "verify trust": "verify libro --trust HERE",
    "verify since": "verify libro --trust trust --since HERE",
    "verify statement": "verify libro --trust trust --statement HERE",
    "receipt source": "receipt 3 --from HERE",
    "receipt out": MADE,
    "receipt entry": "receipt LINK --entry HERE --out new",
    "receipt qr": MADE,
    "show source": "show 3 --from HERE",
    "show receipt": MADE,
    "log source": "log HERE",
    "state source": "state HERE",
    "export out": MADE,
    "export source": "export new.zip --from HERE",
    "anchor folder": "anchor HERE --request new",
    "anchor trust": "anchor libro --trust HERE --response checkpoint",
    "anchor request": MADE,
    "anchor response": "anchor libro --response HERE",
    "publish target": "publish HERE --dir libro",
    "publish folder": "publish new --dir HERE",
    "witness folder": "witness --dir HERE",
    "witness policy": "witness --policy HERE --key witness.pem --passphrase-file passphrase --create --show",
    "witness store": "witness --policy policy --key witness.pem --passphrase-file passphrase --store HERE --show",
    "witness key": "witness --policy policy --key HERE --passphrase-file passphrase --create --show",
    "witness passphrase_file": "witness --policy policy --key witness.pem --passphrase-file HERE --create --show",
    "mirror trust": f"{MIRROR} --dir new --trust HERE --key witness.pem --passphrase-file passphrase",
    "mirror folder": f"{MIRROR} --dir HERE --trust logtrust --key witness.pem --passphrase-file passphrase",
    "mirror key": f"{MIRROR} --dir new --trust logtrust --key HERE --passphrase-file passphrase",
    "mirror passphrase_file": f"{MIRROR} --dir new --trust logtrust --key witness.pem --passphrase-file HERE",
    "mirror peer": f"{MIRROR} --dir new --trust logtrust --key witness.pem --passphrase-file passphrase --peer HERE",
    "rebuild folder": "rebuild HERE --check",
    "monitor trust": "monitor URL --once --dir new --trust HERE",
    "monitor folder": "monitor URL --once --dir HERE",
    "monitor peer": "monitor URL --once --dir new --trust logtrust --levels L2 --peer HERE",
    "monitor receipt": "monitor URL --once --dir new --receipt HERE",
    "monitor heads": MADE,
    "move folder": "move sqlite --dir HERE",
    "verify-release file": "verify-release HERE --trust trust",
    "verify-release trust": "verify-release charter.md --trust HERE",
    "verify-release proof": "verify-release charter.md --trust trust --proof HERE",
    "backup target": MADE,
    "backup folder": "backup new --dir HERE",
    "rotate folder": "rotate --dir HERE --log-passphrase-file passphrase",
    "rotate log_passphrase_file": "rotate --dir libro --log-passphrase-file HERE",
    "rotate log_pin_file": "rotate --dir libro --log-passphrase-file passphrase --log-pin-file HERE",
    "restore source": "restore HERE --dir new",
    "restore folder": "restore libro --dir HERE",
    "trust add anchor": "trust add HERE",
    "trust fingerprint anchor": "trust fingerprint HERE",
    "trust page anchor": "trust page HERE --publisher NOSC --out new",
    "trust page checkpoint": "trust page trust --publisher NOSC --checkpoint HERE --out new",
    "trust page out": MADE,
    "trust page check": "trust page --check HERE",
    "refusals source": "refusals --from HERE",
    "vault put folder": "vault put --dir HERE --field name --party nosc --file charter.md",
    "vault put file": "vault put --dir libro --field name --party nosc --file HERE",
    "vault show folder": f"vault show {'0' * 64} --dir HERE",
    "vault destroy folder": "vault destroy --dir HERE",
}
TABLE |= {"draft saved": "draft VoteCast --from libro --answers HERE"}
for name, form in SHORT_FORMS.items():
    TABLE |= {f"{name} source": f"{name} x --from HERE --as y", f"{name} out": MADE}
    if "saved" in signature(form).parameters:
        TABLE |= {f"{name} saved": f"{name} x --from libro --as y --answers HERE"}
    if "document" in signature(form).parameters:
        TABLE |= {f"{name} document": f"{name} x --from libro --as y --archivo HERE"}
# A short form's second name, in the other language, runs the same function: `make thorough` tries what it reads too.
FIRST_NAMES = {form: name for name, form in reversed([*SHORT_FORMS.items()])}
PASSED_OVER = sampled(set(SHORT_FORMS) - set(FIRST_NAMES.values()), set[str]())
# Text that names a file or folder, where it is no address.
AS_TEXT = {"serve published", "draft ledger", "submit to", "verify source", "verify since", "receipt source"} | {
    "mirror peer", "monitor peer", "publish target", "refusals source",
    "show source", "log source", "state source", "export source", "verify trust",
    "trust add anchor", "trust fingerprint anchor", "trust page anchor",
    *(f"{name} source" for name in SHORT_FORMS),
}  # fmt: skip
# What a folder is right for, or changes nothing; there it is none of the cases.
FOLDERS = {name for name in TABLE if name.endswith((" folder", " to", " ledger", " source", " published", " target"))}
FOLDERS |= {
    "verify trust",
    "draft trust",
    "endorse trust",
    "monitor trust",
    "anchor trust",
    "submit to",
    "mirror trust",
}
# What cannot be read is said, and the rest of the work is done: a monitor without that peer, a server not compared.
GOES_ON = {"monitor peer": (0, 2), "mirror peer": (0, 2), "serve published": (0,)}
# Written over by what takes its place, as any file there; never read from, never waited for.
REPLACED = {"submit out"}


def pipe(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def endless(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(ENDLESS_BYTES)


KINDS: dict[str, Callable[[Path], None]] = {
    "pipe": pipe, "device": device, "folder": Path.mkdir, "endless": endless,
}  # fmt: skip


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory, templates: Templates, small_log: Log) -> WorkDesk:
    desk = lay_out(tmp_path_factory.mktemp("desk") / "home", templates, "en")
    small_log.write_trust(desk.home / "logtrust")
    with at_once():
        desk.person.runs(*["init", "drafted", "--ceremony", "ceremony.toml", "--log-passphrase-file", "passphrase"])
    return desk


@pytest.fixture(scope="module")
def small_log() -> Log:
    return Writer().found().log()


@pytest.fixture(scope="module")
def url(small_log: Log) -> Iterator[str]:
    with hosting(Host(small_log)) as address:
        yield address


@contextmanager
def at_once() -> Iterator[None]:
    """Fails where the block waits: a read of a pipe that nobody writes to would never end."""

    def late(_number: int, _frame: FrameType | None) -> None:
        raise AssertionError("it waited")

    former = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 3 * LIMIT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


def run(desk: WorkDesk, command: str, here: Path, url: str) -> "CompletedProcess[str]":
    given = {"HERE": str(here), "URL": url, "LINK": (desk.home / "link").read_text()}
    began = time.process_time()
    with at_once():
        done = desk.person.runs(*(given.get(one, one) for one in command.split()))
    assert time.process_time() - began < LIMIT_S
    assert "Traceback" not in done.stderr
    return done


def test_every_place_at_which_a_verb_reads_a_file_has_a_row() -> None:
    there = {f"{verb} {name}" for verb, kinds in verbs() for name, kind in kinds.items() if takes_a_path(kind)}
    assert set(TABLE) == there | AS_TEXT


# Where a folder is asked for, a folder is right.
TRIED = {
    name: [kind for kind in KINDS if not (kind == "folder" and name in FOLDERS)]
    for name, command in TABLE.items()
    if command is not MADE and command.split()[0] not in PASSED_OVER
}


@pytest.mark.parametrize("verb", sorted({TABLE[name].split()[0] for name in TRIED}))
def test_what_is_no_regular_file_is_refused_at_once(
    laid_out: WorkDesk, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(uvicorn.Server, "run", lambda *_args, **_more: None)  # the server is open: nobody asks it
    wrong = []
    for number, name in enumerate(name for name in TRIED if TABLE[name].split()[0] == verb):
        expected = (*REFUSED, 0) if name in REPLACED else GOES_ON.get(name, REFUSED)
        desk = laid_out.copy_to(tmp_path / f"home-{number}")
        for kind in TRIED[name]:
            if name in GOES_ON or name in REPLACED:  # what is refused leaves the desk as it was
                desk = laid_out.copy_to(tmp_path / f"home-{number}-{kind}")
            KINDS[kind](here := tmp_path / f"the-{kind}-{number}")
            done = run(desk, TABLE[name], here, url)
            is_said = done.stderr.strip() or name in GOES_ON or name in REPLACED
            if done.returncode not in expected or not is_said:
                wrong.append((name, kind, done.returncode, done.stdout, done.stderr))
    assert wrong == []


NAMED = {"its charter": 'charter = "charter.md"', "a founder's key": 'key = "inai.pub.json"'}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", NAMED)
def test_what_a_ceremony_names_is_read_as_carefully(laid_out: WorkDesk, tmp_path: Path, what: str, kind: str) -> None:
    desk = laid_out.copy_to(tmp_path / "home")
    KINDS[kind](here := desk.home / "here")
    ceremony = desk.home / "ceremony.toml"
    line = NAMED[what]
    ceremony.write_text(ceremony.read_text().replace(line, f'{line.split(" = ")[0]} = "here"'))
    done = run(desk, "init new --ceremony ceremony.toml --log-passphrase-file passphrase", here, "")
    assert done.returncode == 76, (done.stdout, done.stderr)
    assert "here" in done.stderr


# Every file of a ledger's folder, by the beginning of its name, with what reads it.
SUBMIT = "submit voto.signed.json --to libro --log-passphrase-file passphrase --out new"
KEPT, ALL = "backup new --dir libro", ("log libro --count 2", "show 3 --dir libro", "rebuild libro --check", SUBMIT)
READ_IN_A_LEDGER: dict[str, tuple[str, ...]] = {
    "ledger.sqlite": (*ALL, KEPT, "restore libro --dir new", "verify libro --trust trust"),
    "ledger.lock": (KEPT, "verify libro --trust trust"),  # nothing is read from it
    "state.sqlite": (*ALL, KEPT, "verify libro --trust trust --replay"),
    "views.sqlite": (*ALL, KEPT, "verify libro --trust trust --replay"),
    "cosignatures.sqlite": (*ALL, KEPT, "verify libro --trust trust"),
    "rollbacks.json": (KEPT, "verify libro --trust trust", "export new.zip --dir libro", "publish --dir libro", SUBMIT),
    "keys/": (KEPT, SUBMIT),
    "documents/": (KEPT, "verify libro --trust trust", "export new.zip --dir libro", "publish new --dir libro"),
    "trust/": (KEPT, "restore libro --dir new", "verify libro --trust libro/trust", "trust add libro/trust", SUBMIT),
    "anchors/": (KEPT, "verify libro --trust trust", "anchor libro --response r.tlog-proof", "publish --dir libro"),
    "log/": (KEPT, "verify libro/log --trust trust", "verify libro --trust trust", "publish --dir libro", SUBMIT),
}  # fmt: skip
ADDED = (
    "rollbacks.json",
    "state.sqlite",
    "cosignatures.sqlite",
    "anchors/SHA256SUMS",
    "anchors/16/checkpoint",
    "trust/tsa/a.pem",
)


def test_special_files_within_a_ledger_make_no_verb_wait(
    laid_out: WorkDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    ledger = laid_out.home / "libro"
    names = [*(str(path.relative_to(ledger)) for path in sorted(ledger.rglob("*")) if path.is_file()), *ADDED]
    assert len(names) > 12
    wrong = []
    for name in names:
        [commands] = [commands for begun, commands in READ_IN_A_LEDGER.items() if name.startswith(begun)]
        for command in commands:
            desk = laid_out.copy_to(tmp_path / "home")
            path = desk.home / "libro" / name
            path.parent.mkdir(exist_ok=True, parents=True)
            path.unlink(missing_ok=True)
            os.mkfifo(path)
            try:
                done = run(desk, command, path, "")
            except BaseException as error:  # noqa: BLE001 - all rows are tried, then all are shown
                wrong.append((name, command, repr(error)))
            else:
                if done.returncode not in (0, 2, 3, 76):
                    wrong.append((name, command, f"{done.returncode} {done.stderr}"))
            shutil.rmtree(desk.home)
    assert wrong == []
