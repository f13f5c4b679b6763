"""What is installed: each package is pinned with its hashes, required, of a licence that fits, and asked about."""

import json
import re
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, ClassVar

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from tools import audit, release
from tools.audit import CONTROL, NOT_CHECKED, VULNERABLE, Exemption, Vulnerability, pinned, read_exceptions

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINNED = {canonicalize_name(Requirement(text).name): Requirement(text) for text in pinned(LOCK)}
# Each may be used by a program under Apache-2.0 and given out next to it. The LGPL is psycopg's, which is imported and
# never changed; the MPL is by file.
PERMISSIVE = {
    "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0",
    "Unlicense", "ZPL-2.1", "LGPL-3.0",
}  # fmt: skip
# What the tests alone use is given to nobody.
OF_TESTS = PERMISSIVE | {"GPL-3.0"}
NAMES = {
    "Apache Software License": "Apache-2.0", "BSD License": "BSD", "ISC License (ISCL)": "ISC", "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0", "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense", "Zope Public License": "ZPL-2.1",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0", "LGPL-3.0-only": "LGPL-3.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0",
}  # fmt: skip
# Their metadata names none; the licence is in the archive that the hash pins.
UNNAMED = {"atheris": "Apache-2.0", "axe-playwright-python": "MIT"}


def required(*extras: str) -> set[str]:
    """Give every package that the project requires on this platform with some extras, by way of others too."""
    waiting = [Requirement(text) for text in PROJECT["dependencies"]]
    waiting += [Requirement(text) for extra in extras for text in PROJECT["optional-dependencies"][extra]]
    met: set[tuple[str, str]] = set()
    while waiting:
        wanted = waiting.pop()
        for extra in ("", *sorted(wanted.extras)):
            name = (canonicalize_name(wanted.name), extra)
            applies = wanted.marker is None or wanted.marker.evaluate({"extra": ""})
            if name in met or not applies:
                continue
            met.add(name)
            for text in distribution(wanted.name).requires or ():
                other = Requirement(text)
                if other.marker is None or other.marker.evaluate({"extra": extra}):
                    other.marker = None
                    waiting.append(other)
    return {name for name, _ in met}


def licences(name: str) -> set[str]:
    """Give the names of a package's licences, of which each must fit where they are joined by AND, one where by OR."""
    metadata = distribution(name).metadata
    classified = [one.split(" :: ")[-1] for one in metadata.get_all("Classifier") or () if one.startswith("License ::")]
    named = [one for one in classified if one not in ("DFSG approved", "OSI Approved")]
    text = metadata["License-Expression"] or " AND ".join(named) or (metadata["License"] or "").split("\n")[0]
    parts = {NAMES.get(part.strip(), part.strip()) for part in re.split(r" AND | OR ", text)} - {""}
    return parts or {UNNAMED.get(name, "none that it names")}


def test_each_package_is_pinned_with_its_hashes_and_comes_from_no_address() -> None:
    blocks = LOCK.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    rows = [line for line in blocks if line.strip() and not line.lstrip().startswith("#")]
    assert len(rows) == len(PINNED) > 100
    for row in rows:
        assert re.fullmatch(r"[a-z0-9._-]+==[^\s;@]+( +--hash=sha256:[0-9a-f]{64})+ *", row), row


def test_nothing_is_pinned_that_nothing_requires() -> None:
    assert PINNED.keys() == required(*PROJECT["optional-dependencies"])


def test_what_is_installed_is_what_is_pinned() -> None:
    for name, wanted in PINNED.items():
        try:
            assert wanted.specifier.contains(distribution(name).version, prereleases=True), name
        except PackageNotFoundError:
            pytest.fail(f"{name} is pinned and not installed")


def test_no_pinned_version_is_older_than_the_lowest_that_is_allowed() -> None:
    texts = [*PROJECT["dependencies"], *(one for of in PROJECT["optional-dependencies"].values() for one in of)]
    for wanted in map(Requirement, texts):
        [version] = [one.version for one in PINNED[canonicalize_name(wanted.name)].specifier]
        assert wanted.specifier.contains(Version(version), prereleases=True), wanted


def test_licences_fit_this_program_s() -> None:
    with_it = required(*(extra for extra in PROJECT["optional-dependencies"] if extra != "dev"))
    odd = {name: licences(name) for name in PINNED if licences(name) - (PERMISSIVE if name in with_it else OF_TESTS)}
    assert odd == {}
    assert {name for name in PINNED if licences(name) & {"GPL-3.0"}} <= PINNED.keys() - with_it


# The database of vulnerabilities, as its API answers: https://google.github.io/osv.dev/post-v1-query/


CVE = "CVE-2025-27516"


def advisory(name: str, fixed: str, identifier: str) -> dict[str, Any]:
    """An answer's vulnerability, in the members of OSV schema 1."""
    events = [{"introduced": "0"}, {"fixed": fixed}]
    return {
        "id": identifier, "schema_version": "1.7.3", "summary": "sandbox breakout", "details": "…",
        "aliases": [CVE], "modified": "2025-05-27T16:18:47Z", "published": "2025-03-05T20:40:14Z",
        "references": [{"type": "WEB", "url": "https://example.org"}],
        "affected": [{
            "package": {"name": name, "ecosystem": "PyPI", "purl": f"pkg:pypi/{name}"},
            "ranges": [{"type": "ECOSYSTEM", "events": events}], "versions": ["3.1.5"],
        }],
    }  # fmt: skip


class Osv(BaseHTTPRequestHandler):
    """A server that knows two vulnerabilities; `damage` answers in another way."""

    known: ClassVar = {"jinja2": ("3.1.6", "GHSA-cpwx-vrp4-4pq7"), "django": ("3.2.5", "GHSA-xpfp-f569-q3p2")}
    damage: ClassVar[dict[str, bytes]] = {}

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name, version = asked["package"]["name"], Version(asked["version"])
        assert asked["package"]["ecosystem"] == "PyPI"
        answer: dict[str, Any] = {}
        if name in self.known and version < Version(self.known[name][0]):
            answer = {"vulns": [advisory(name, *self.known[name])]}
        data = self.damage.get(name, json.dumps(answer).encode())
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def database(**damage: bytes) -> Iterator[str]:
    """Run the server; gives its address."""
    handler = type("Damaged", (Osv,), {"damage": damage})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1/query"
        finally:
            server.shutdown()


def lock_of(folder: Path, *wanted: str) -> Path:
    file = folder / "requirements.lock"
    file.write_text("".join(f"{one} \\\n    --hash=sha256:{'0' * 64}\n    # via x\n" for one in wanted))
    return file


def asked(lock: Path, address: str, exceptions: Path | None = None) -> int:
    return audit.main(
        ["--lock", str(lock), "--advisories", address, "--exceptions", str(exceptions or lock.parent / "none")]
    )


def test_known_vulnerability_fails_by_name_and_an_exception_ends_on_its_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock, exceptions = lock_of(tmp_path, "jinja2==3.1.5", "typer==0.27.0"), tmp_path / "exceptions.toml"
    row = '[[exception]]\nid = "GHSA-cpwx-vrp4-4pq7"\npackage = "jinja2"\nreason = "no template is foreign"\n'
    exceptions.write_text(f"{row}until = 2020-01-01\n")
    with database() as address:
        assert asked(lock, address, exceptions) == VULNERABLE
    written = capsys.readouterr().out
    assert f"VULNERABLE: jinja2 3.1.5: {CVE}, GHSA-cpwx-vrp4-4pq7; fixed in 3.1.6" in written
    assert "its exception ended on 2020-01-01" in written
    [exception] = read_exceptions(exceptions)
    known = Vulnerability(package="jinja2", version="3.1.5", ids=(CVE, "GHSA-cpwx-vrp4-4pq7"), fixed=("3.1.6",))
    stops, notes = audit.judge([known], [exception], date(2020, 1, 1))
    assert (stops, "excepted until 2020-01-01: no template is foreign" in notes[0]) == ([], True)
    assert audit.judge([known], [Exemption(id="GHSA-other", package="jinja2", until=date(2099, 1, 1), reason="x")],
                       date(2020, 1, 1))[0] != []  # fmt: skip


def test_nothing_known_passes_and_an_exception_of_no_use_is_said(tmp_path: Path) -> None:
    lock = lock_of(tmp_path, "jinja2==3.1.6", "typer==0.27.0")
    with database() as address:
        assert asked(lock, address) == 0
    unused = Exemption(id="GHSA-1", package="jinja2", until=date(2099, 1, 1), reason="x")
    assert "of no use" in audit.judge([], [unused], date(2020, 1, 1))[1][0]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ({"typer": b"<html>Please log in</html>"}, "JSON"),
        ({"django": b"{}"}, f"knows nothing against {CONTROL}"),
        ({"typer": b'{"vulns": [{"id": "GHSA-1", "schema_version": "2.0.0"}]}'}, "Unsupported OSV schema"),
        (None, "refused"),
    ],
)
def test_database_that_does_not_answer_is_not_a_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: dict[str, bytes] | None, reason: str
) -> None:
    lock = lock_of(tmp_path, "typer==0.27.0")
    with database(**damage or {}) as address:
        if damage is not None:
            assert asked(lock, address) == NOT_CHECKED
    if damage is None:  # the server is gone
        assert asked(lock, address) == NOT_CHECKED
    written = capsys.readouterr()
    assert "NOT CHECKED" in written.err
    assert reason in written.err
    assert "known vulnerabilities" not in written.out


def test_what_cannot_be_asked_about_is_not_a_pass_nor_a_vulnerability(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock, bad = lock_of(tmp_path), tmp_path / "bad.toml"
    bad.write_text("no exceptions")
    pinning = tmp_path / "other.lock"
    pinning.write_text("typer==0.27.0\n")
    with database() as address:
        assert [asked(lock, address), asked(tmp_path / "missing", address), asked(pinning, address, bad)] == (
            [NOT_CHECKED] * 3
        )
    assert capsys.readouterr().err.count("NOT CHECKED") == 3


@pytest.mark.parametrize(
    "text",
    [
        'id = "GHSA-1"\npackage = "a"\nuntil = 2030-01-01\nreason = " "\n',
        'id = "GHSA-1"\npackage = "a"\nreason = "x"\n',
        'id = "GHSA-1"\npackage = "a"\nuntil = "2030-01-01"\nreason = "x"\n',
    ],
)
def test_exception_without_a_date_or_a_reason_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "e.toml").write_text(f"[[exception]]\n{text}")
    with pytest.raises(audit.BadExceptions):
        read_exceptions(tmp_path / "e.toml")


def test_exceptions_of_this_project_can_be_read() -> None:
    read_exceptions(audit.EXCEPTIONS)


def test_release_is_refused_with_a_known_vulnerability_and_unchecked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "LOCK", lock_of(tmp_path, "jinja2==3.1.5"))
    with database() as address:
        with pytest.raises(release.ReleaseError, match=rf"jinja2 3\.1\.5: {CVE}"):
            release.check_dependencies(address)
        monkeypatch.setattr(release, "LOCK", lock_of(tmp_path, "jinja2==3.1.6"))
        release.check_dependencies(address)
        monkeypatch.setattr(release, "LOCK", tmp_path / "missing")
        with pytest.raises(release.ReleaseError, match="not checked"):
            release.check_dependencies(address)
