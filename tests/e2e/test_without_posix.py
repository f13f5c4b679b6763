"""What Windows lacks is taken away: a signatory's and an auditor's commands work all the same.

It shows that nothing of theirs asks for these modules and functions; it is no run on Windows.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.e2e.test_journey import CEREMONY, PASSPHRASE

PARTIES = ("inai", "nosc", "sfp")
MODULES = ("fcntl", "grp", "pwd", "resource", "termios", "tty")
FUNCTIONS = (
    "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "chown", "fchmod", "fork", "getpgid", "kill",
    "killpg", "mkfifo", "pread", "pwrite", "statvfs", "sync",
)  # fmt: skip
RUN = f"""
import json, os, sys
for name in {MODULES!r}:
    sys.modules[name] = None
for name in {FUNCTIONS!r}:
    if hasattr(os, name):
        delattr(os, name)
codes = []
from constancia.api.cli import main
for command in json.load(open("commands.json")):
    sys.argv = ["constancia", *command]
    try:
        main()
        codes.append(0)
    except SystemExit as end:
        codes.append(end.code or 0)
json.dump(codes, open("codes.json", "w"))
"""


def commands() -> list[list[str]]:
    """A ledger is opened, a party appoints somebody, and what was recorded is read and verified."""
    secret = ["--passphrase-file", "frase"]
    log = ["--log-passphrase-file", "frase"]
    made = [["keygen", f"{party}.pem", *secret] for party in PARTIES]
    made += [["init", "libro", "--ceremony", "ceremonia.toml", *log]]
    made += [
        ["sign", "libro/genesis.statement.json", "--key", f"{party}.pem", "--out", f"{party}.signed.json", *secret,
         "--yes"]
        for party in PARTIES
    ]  # fmt: skip
    signed = [option for party in PARTIES for option in ("--signed", f"{party}.signed.json")]
    made += [["init", "libro", *signed, *log]]
    made += [
        ["draft", "PartyRegistered", "--body", "p.json", "--from", "libro", "--party", "nosc", "--out", "p.st.json"],
        ["sign", "p.st.json", "--key", "nosc.pem", "--out", "p.signed.json", *secret, "--yes"],
        ["submit", "p.signed.json", "--to", "libro", "--out", "p.tlog-proof", *log],
        ["receipt", "1", "--from", "libro", "--out", "again.tlog-proof"],
        ["show", "1", "--dir", "libro"],
        ["log", "libro"],
        ["state", "libro"],
        ["export", "libro.zip", "--dir", "libro"],
        ["trust", "add", "libro/trust"],
        ["verify", "p.tlog-proof", "--trust", "libro/trust"],
        ["verify", "libro.zip", "--trust", "libro/trust"],
        ["verify", "libro", "--trust", "libro/trust", "--replay"],
        ["publish", "publicado", "--dir", "libro"],
        ["backup", "respaldo.tar", "--dir", "libro"],
    ]
    return made


def test_verbs_work_without_what_windows_lacks(tmp_path: Path) -> None:
    (tmp_path / "frase").write_text(PASSPHRASE + "\n", encoding="utf-8")
    (tmp_path / "charter.md").write_text("# Acta\n", encoding="utf-8")
    (tmp_path / "ceremonia.toml").write_text(CEREMONY, encoding="utf-8")
    party = {"kind": "civil_society_group", "legal_name": {"es": "NOSC"}, "party": "nosc"}
    (tmp_path / "p.json").write_text(json.dumps(party), encoding="utf-8")
    asked = commands()
    (tmp_path / "commands.json").write_text(json.dumps(asked), encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_DATA_HOME": str(tmp_path / "data"), "COLUMNS": "200",
        "XDG_CACHE_HOME": str(tmp_path / "cache"), "CONSTANCIA_LANG": "es",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, check=False, timeout=150,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    codes = json.loads((tmp_path / "codes.json").read_text())
    failed = [(code, " ".join(command)) for code, command in zip(codes, asked, strict=True) if code]
    assert failed == [], done.stdout + done.stderr
    assert done.stdout.count("ÍNTEGRO") == 3
