"""Ask a database of known vulnerabilities about every package that requirements.lock pins.

    python -m tools.audit [--lock FILE] [--advisories URL] [--exceptions FILE]

0: asked, and nothing is known against them, but for what a dated exception names. 1: something is. 75: not checked, for
the database could not be asked about each package: no statement about any. The question is pip-audit's, to the OSV
database; a version that has vulnerabilities since years is asked about too, so that an address which answers everything
with nothing is not taken for the database.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

from constancia.ledger.clock import SystemClock

ROOT: Final = Path(__file__).resolve().parent.parent
LOCK: Final = ROOT / "requirements.lock"
EXCEPTIONS: Final = ROOT / "tools" / "vulnerability-exceptions.toml"
OSV: Final = "https://api.osv.dev/v1/query"
# Not in the lock, and vulnerable since 2021: CVE-2021-35042 and many others.
CONTROL: Final = "django==3.2"
VULNERABLE: Final = 1
NOT_CHECKED: Final = 75
_TIMEOUT_S: Final = 1_800
_OF_EXCEPTION: Final = {"id", "package", "reason", "until"}
# What pip-audit leaves out with a warning, when it can't read it.
_LEFT_OUT: Final = ("OSV vuln entry", "Unsupported OSV")


class NotChecked(Exception):
    """The database could not be asked about every package, or did not answer as it would."""


class BadExceptions(Exception):
    """The file of exceptions has another form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vulnerability:
    """A vulnerability of a pinned version: `ids` are its names in several databases, `fixed` versions without it."""

    package: str
    version: str
    ids: tuple[str, ...]
    fixed: tuple[str, ...]

    def __str__(self) -> str:
        """Name it in one line."""
        fixed = f"fixed in {', '.join(self.fixed)}" if self.fixed else "no version without it"
        return f"{self.package} {self.version}: {', '.join(self.ids)}; {fixed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """Why a vulnerability does not stop a release, through the day `until`."""

    id: str
    package: str
    until: date
    reason: str


def pinned(lock: Path) -> list[str]:
    """Give the requirements of a lock file, `name==version`, without their hashes."""
    lines = lock.read_text("utf-8").replace("\\\n", " ").splitlines()
    return [line.split(" --hash", 1)[0].strip() for line in lines if line.strip() and line.lstrip()[0] not in "#-"]


def known_vulnerabilities(lock: Path, advisories: str = OSV) -> list[Vulnerability]:
    """Ask about every package of a lock file.

    Args:
        lock: The file.
        advisories: Address of the database's `query`.

    Returns:
        What is known against them, in the order of the file.

    Raises:
        NotChecked: The database could not be asked about each of them, or the file can't be read or pins nothing.

    Source: OSV schema 1; `pip-audit --format json`.
    """
    try:
        packages = pinned(lock)
    except (OSError, UnicodeDecodeError) as error:
        raise NotChecked(f"{lock} can't be read: {error}") from error
    if not packages:
        raise NotChecked(f"{lock} pins no package")
    wanted = [*packages, CONTROL]
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "requirements.txt"
        file.write_text("\n".join(wanted) + "\n", "utf-8")
        command = [
            sys.executable, "-m", "pip_audit", "--requirement", str(file), "--no-deps", "--disable-pip",
            "--format", "json", "--vulnerability-service", "osv", "--osv-url", advisories,
            "--progress-spinner", "off", "--cache-dir", name,
        ]  # fmt: skip
        try:
            done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_TIMEOUT_S)
        except subprocess.TimeoutExpired as error:
            raise NotChecked(f"no answer after {_TIMEOUT_S} s") from error
    try:
        rows = {row["name"]: row for row in json.loads(done.stdout)["dependencies"]}
    except (ValueError, TypeError, KeyError) as error:
        raise NotChecked(_last_line(done.stderr)) from error
    left_out = [line for line in done.stderr.splitlines() if any(mark in line for mark in _LEFT_OUT)]
    unasked = [text for text in wanted if "vulns" not in rows.get(Requirement(text).name, {})]
    if left_out or unasked:
        raise NotChecked("; ".join([*left_out, *unasked]))
    if not rows.pop(Requirement(CONTROL).name)["vulns"]:
        raise NotChecked(f"{advisories} knows nothing against {CONTROL}, which every database of vulnerabilities does")
    return [
        Vulnerability(
            package=row["name"], version=row["version"], ids=(each["id"], *sorted(each["aliases"])),
            fixed=tuple(each["fix_versions"]),
        )
        for row in rows.values() for each in row["vulns"]
    ]  # fmt: skip


def read_exceptions(file: Path) -> list[Exemption]:
    """Read the exceptions; none where there is no such file.

    Raises:
        BadExceptions: One lacks its date or its reason, or the file is no TOML.
    """
    if not file.exists():
        return []
    try:
        rows = tomllib.loads(file.read_text("utf-8")).get("exception", [])
    except tomllib.TOMLDecodeError as error:
        raise BadExceptions(f"{file}: {error}") from error
    for row in rows:
        is_text = all(isinstance(row.get(name), str) and row[name].strip() for name in _OF_EXCEPTION - {"until"})
        if row.keys() != _OF_EXCEPTION or not is_text or type(row["until"]) is not date:
            raise BadExceptions(f"{file}: expected id, package, a date `until`, and a reason; found {row}")
    return [Exemption(**row) for row in rows]


def judge(known: Sequence[Vulnerability], exceptions: Sequence[Exemption], today: date) -> tuple[list[str], list[str]]:
    """Say what stops a release, and what does not.

    Args:
        known: What is known against the pinned versions.
        exceptions: What was decided about some of it.
        today: The day.

    Returns:
        Lines about what stops it, and lines to read all the same.
    """
    stops, notes = [], []
    unused = set(exceptions)
    for each in known:
        of_it = [exempt for exempt in exceptions if exempt.package == each.package and exempt.id in each.ids]
        unused -= set(of_it)
        valid = [exempt for exempt in of_it if today <= exempt.until]
        if valid:
            notes.append(f"{each}; excepted until {valid[0].until}: {valid[0].reason}")
        else:
            stops.append(f"{each}{f'; its exception ended on {of_it[0].until}' if of_it else ''}")
    notes += [
        f"the exception of {exempt.id} in {exempt.package} is of no use" for exempt in exceptions if exempt in unused
    ]
    return stops, notes


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "pip-audit said nothing"


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask, and print; gives the exit code."""
    parser = argparse.ArgumentParser(prog="make audit ARGS=", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--lock", type=Path, default=LOCK, help="the pinned packages (%(default)s)")
    parser.add_argument("--advisories", default=OSV, metavar="URL", help="the database (%(default)s)")
    parser.add_argument("--exceptions", type=Path, default=EXCEPTIONS, help="what was decided (%(default)s)")
    options = parser.parse_args(arguments)
    try:
        exceptions = read_exceptions(options.exceptions)
        known = known_vulnerabilities(options.lock, options.advisories)
    except (NotChecked, BadExceptions) as error:
        print(f"NOT CHECKED, so nothing is said of any package: {error}", file=sys.stderr)
        print(f"Repeat it once that is mended; the database is {options.advisories}.", file=sys.stderr)
        return NOT_CHECKED
    stops, notes = judge(known, exceptions, SystemClock().now().date())
    for line in (*(f"VULNERABLE: {text}" for text in stops), *notes):
        print(line)
    print(f"{len(pinned(options.lock))} packages asked about, known vulnerabilities without an exception: {len(stops)}")
    return VULNERABLE if stops else 0


if __name__ == "__main__":
    sys.exit(main())
