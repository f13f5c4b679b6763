"""`pip install constancia`, without the server's extra, verifies at every level."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests.api.served import Desk, desk_in
from tests.api.test_cli_verify import LINK, Person
from tests.witness_process import Home

from constancia.api.cli.opening.init import EXAMPLE
from constancia.ledger.keys.key_file import generate
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.witnesses.witness import READY

ROOT = Path(__file__).resolve().parents[2]
# What only the extra brings; typer and rich, which the command line is built on, bring some of it themselves.
BLOCKED = (
    "confusable_homoglyphs",
    "fastapi",
    "httptools",
    "icalendar",
    "limits",
    "starlette",
    "jinja2",
    "obstore",
    "pkcs11",
    "prometheus_client",
    "prov",
    "pydantic_settings",
    "segno",
    "uvicorn",
    "uvloop",
    "werkzeug",
)
BROUGHT = {"pydantic", "markdown_it_py"}
CODE = f"""
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {BLOCKED!r}:
            raise ImportError(name + " is not installed")
sys.meta_path.insert(0, Blocked())
from constancia.api.cli import main
"""
RUN = f"{CODE}main()\n"
# One interpreter for several commands, one after the other: its start and what it imports take longer than they do.
EACH = f"""{CODE}
import contextlib, io, json, os
ended = []
for folder, arguments in json.loads(sys.stdin.read()):
    os.chdir(folder)
    sys.argv[1:] = arguments
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        try:
            main()
        except SystemExit as end:
            ended.append([end.code or 0, out.getvalue(), err.getvalue()])
print(json.dumps(ended))
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk_in(tmp_path_factory.mktemp("extras") / "ledger") as made:
        for content in (b"charter", b"minuta"):
            made.ledger.documents.put(content)
        made.play(made.world.founding())
        made.play(made.world.commitment("c1"))
        made.ledger.publish()
        made.ledger.views.wait()
        yield made


Command = tuple[Path, Sequence[str | Path]]  # a folder, and what is run in it
Ended = tuple[int, str, str]  # a code, what is on standard output, what on standard error


def each_run(home: Path, *commands: Command) -> list[Ended]:
    """Run commands, each in a folder, without the libraries; give how each ended."""
    asked = json.dumps([[str(folder), [str(argument) for argument in arguments]] for folder, arguments in commands])
    done = subprocess.run(
        [sys.executable, "-P", "-c", EACH], input=asked,
        env=Person(home).environment, capture_output=True, text=True, check=True, timeout=240,
    )  # fmt: skip
    return [(code, out, err) for code, out, err in json.loads(done.stdout)]


def sources_verified(desk: Desk, tmp_path: Path) -> tuple[list[str], list[Command]]:
    """The kinds of source, and the command that verifies each."""
    folder = desk.ledger.folder.path
    places: dict[str, str | Path] = {
        "store": folder, "folder": folder / "log", "zip": tmp_path / "b.zip", "url": desk.url,
        "receipt": tmp_path / "r",
    }  # fmt: skip
    desk.ledger.export(tmp_path / "b.zip")
    (tmp_path / "r").write_bytes(desk.ledger.receipt(3))
    how = ("verify", "--json", "--replay", "--trust", folder / "trust")
    return list(places), [(tmp_path, (*how, place)) for place in places.values()]


def what_extras_are_for(desk: Desk, tmp_path: Path) -> list[Command]:
    """Publish to a bucket, and begin a ledger whose key is on a token."""
    for name, text in (("pin", "87654"), ("phrase", "correct horse battery"), ("charter.md", "charter")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    key = generate()
    (tmp_path / "inai.pub.json").write_text(json.dumps({"key": key.key_id, **key.material}))
    (tmp_path / "ceremony.toml").write_text(EXAMPLE, "utf-8")
    how = ["--log-key", "pkcs11:token=a;object=b?module-path=/m.so", "--log-pin-file", "pin"]
    return [
        (tmp_path, ["publish", "s3://libros/inai", "--dir", desk.ledger.folder.path]),
        (tmp_path, ["init", "new", "--ceremony", "ceremony.toml", "--log-passphrase-file", "phrase", *how]),
    ]


def test_every_kind_of_source_is_verified_and_what_needs_an_extra_says_which(desk: Desk, tmp_path: Path) -> None:
    kinds, verified = sources_verified(desk, tmp_path)
    *reports, bucket, token = each_run(tmp_path, *verified, *what_extras_are_for(desk, tmp_path))
    assert (bucket[0], "constancia[s3]" in bucket[2]) == (76, True), bucket
    assert (token[0], "constancia[hsm]" in token[2], "[E_TOKEN_DRIVER]" in token[2]) == (76, True, True), token
    assert not (tmp_path / "new").exists()
    for kind, (code, out, err) in zip(kinds, reports, strict=True):
        assert out, (kind, err)
        report = json.loads(out)
        assert report["faults_total"] == 0, kind
        assert (code, report["source"]["kind"]) == (0 if kind != "url" else code, kind)
        assert ("L3" in report["checked"], "L4" in report["checked"]) == (kind != "receipt", kind in ("store", "url"))


# What `constancia[witness]` does not bring: no framework, no pages.
PAGES = ("fastapi", "icalendar", "jinja2", "markdown_it", "prov", "segno", "werkzeug", "prometheus_client")


def test_witness_runs_without_the_libraries_of_pages(tmp_path: Path) -> None:
    home = Home.make(tmp_path, "witness.example/w", LogSigner.generate("example.org/log"))
    [_python, _m, _name, *arguments] = home.command("--listen", "127.0.0.1:0", "--create")
    code = RUN.replace(repr(BLOCKED), repr(PAGES))
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", code, *arguments], stdout=subprocess.PIPE, text=True,
        env=Person(tmp_path).environment,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(READY)
    finally:
        process.kill()
        process.communicate()


def test_blocked_modules_are_those_of_the_extra_and_no_dependency_names_them() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = {one.split(">")[0].replace("-", "_") for one in project["optional-dependencies"]["server"]}
    assert set(BLOCKED) - {"starlette", "obstore", "pkcs11"} == extra - BROUGHT
    named = {one.split(">")[0].replace("-", "_") for one in project["dependencies"]}
    witness = {one.split(">")[0].replace("-", "_") for one in project["optional-dependencies"]["witness"]}
    assert witness.isdisjoint(PAGES)
    assert not named & set(BLOCKED)
    assert LINK.is_dir()
