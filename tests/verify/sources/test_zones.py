"""Zone rules come from the pinned package: no verdict depends on the machine that it is computed on."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.profile import sampled
from tests.rows import each_row

from constancia.domain.values.calendar import zone
from constancia.verify.sources import zones
from constancia.verify.sources.zones import load_zone, zones_version

ROOT = Path(__file__).resolve().parents[3]
FIXTURE = ROOT / "tests" / "fixtures" / "editions" / "1"
PACKAGES = (ROOT / ".import", Path(pytest.__file__).parent.parent)
STATE = "de5b2d40c1204e5529ef06bb23c08ee732dcb45fef8c18f83590636ea2a760b0"
MEXICO = "America/Mexico_City"
ODD = {"PYTHONHASHSEED": "1", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Tokyo"}
# 23:30 of 1 July 2023 in Mexico, half an hour past midnight where summer time still holds.
LATE = datetime(2023, 7, 2, 5, 30, tzinfo=UTC)
REPLAY = """
import json, sys
from pathlib import Path
from datetime import UTC, datetime
from constancia.ledger.audit.level3_law import Replay
from constancia.verify.audit.run import audit
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust
replay = Replay(datetime(2026, 11, 28, tzinfo=UTC))
with open_source(sys.argv[1] + "/bundle.zip") as source:
    report = audit(source, load_trust(Path(sys.argv[1], "trust")), further=(replay,), workers=1)
[digest] = [one.params["digest"] for one in report.notes if one.code == "state-digest"]
[rules] = [one.params["version"] for one in report.notes if one.code == "time-zone-rules"]
print(json.dumps([report.verdict.name, digest, rules, replay.state.timezone, sys.version_info[:2]]))
"""

# The law alone, which needs no compiled package: any interpreter can run it on the packages of this one.
LAW = """
import hashlib, json, sys, zipfile
from constancia.domain.judgement.decide import decide
from constancia.domain.kernel.acts import recorded_entry
from constancia.domain.values.values import canonical
from constancia.domain.state import State
found = {}
def lookup(leaf_hash):
    return found.get(leaf_hash)
state = State()
with zipfile.ZipFile(sys.argv[1] + "/bundle.zip") as packed:
    names = sorted(one for one in packed.namelist() if "tile/entries/" in one)
    raw = packed.read(max(names, key=lambda one: int(one.rsplit("/", 1)[1])))
while raw:
    size = int.from_bytes(raw[:2], "big")
    entry, raw = raw[2 : 2 + size], raw[2 + size :]
    item = json.loads(entry)
    recorded = recorded_entry(
        index=item["index"], leaf_hash=hashlib.sha256(b"\\0" + entry).hexdigest(), recorded_at=item["recorded_at"],
        keys=tuple(one["key"] for one in item["signatures"]), statement=item["statement"],
        originator_version=state.version(item["statement"]["stream"]) + 1,
    )
    state.origin = item["statement"]["ledger"]
    state.apply(recorded, decide(state, recorded, lookup), lookup)
    found[recorded.leaf_hash] = recorded
digest = hashlib.sha256(canonical(state.document())).hexdigest()
print(json.dumps([digest, state.size, sys.version_info[:2]]))
"""


def interpreters() -> list[Path]:
    """The newest other interpreter that the packages of this environment may run on; all of them by thorough runs."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [one for one in versions.glob("3.*/bin/python3") if int(one.parts[-3].split(".")[1]) >= 11]
    found += [
        Path(path)
        for name in ("3.12", "3.13", "3.14")
        if (path := shutil.which(f"python{name}")) and "shims" not in path
    ]
    own = sys.version_info[:2]
    others = sorted({one.resolve() for one in found if f"python{own[0]}.{own[1]}" not in str(one.resolve())})
    return others[-sampled(1, len(others) or 1) :]


def run(python: Path | str, code: str, **environment: str) -> list[Any]:
    """Run code on the packages of this environment, and on nothing else of this machine's settings."""
    done = subprocess.run(
        [python, "-c", code, FIXTURE],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, PACKAGES)), **environment},
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def false_zones(tmp_path: Path) -> Path:
    """A folder of zone files in which Mexico City has the hours of Kiritimati."""
    (tmp_path / "America").mkdir()
    source = files("tzdata") / "zoneinfo" / "Pacific" / "Kiritimati"
    (tmp_path / MEXICO).write_bytes(source.read_bytes())
    return tmp_path


def test_n1_the_machines_files_are_not_read(false_zones: Path) -> None:
    code = (
        "from datetime import UTC, datetime; from zoneinfo import ZoneInfo;"
        "from constancia.domain.values.calendar import zone; from constancia.verify.sources.zones import load_zone;"
        f"late = datetime.fromisoformat('{LATE.isoformat()}');"
        f"print([str(late.astimezone(one('{MEXICO}')).date()) for one in (ZoneInfo, zone, load_zone)])"
    )
    environment = os.environ | {"PYTHONTZPATH": str(false_zones), "PYTHONPATH": str(ROOT / ".import")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['2023-07-02', '2023-07-01', '2023-07-01']"


@each_row("name", ["Mars/Olympus", "", "../etc/passwd", "/etc/localtime", "America", "a" * 300, "é"])
def test_a_zone_that_the_package_has_not_is_none(name: str) -> None:
    assert load_zone(name) is None
    with pytest.raises(ValueError, match="no time zone"):
        zone(name)


def test_both_floors_read_the_same_rules() -> None:
    for moment in (LATE, datetime(2019, 7, 1, 4, 30, tzinfo=UTC), datetime(2022, 10, 30, 6, 30, tzinfo=UTC)):
        days = [moment.astimezone(one).isoformat() for one in (zone(MEXICO), load_zone(MEXICO))]
        assert days[0] == days[1]
    assert isinstance(zone(MEXICO), ZoneInfo)


def test_without_the_package_no_zone_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zones, "_PACKAGE", "tzdata_that_is_not_installed")
    assert load_zone(MEXICO) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment",
    sampled([ODD], [ODD, {"PYTHONHASHSEED": "0"}, {"LC_ALL": "C", "TZ": "America/Tijuana"}]),
    ids=str,
)
def test_state_and_verdict_do_not_depend_on_the_environment(environment: dict[str, str], false_zones: Path) -> None:
    found = run(sys.executable, REPLAY, PYTHONTZPATH=str(false_zones), **environment)
    assert found[:4] == ["INTACT", STATE, zones_version(), MEXICO]


@pytest.mark.slow
@pytest.mark.parametrize("python", interpreters() or [None], ids=lambda one: str(one and one.parts[-3:]))
def test_state_does_not_depend_on_pythons_version(python: Path | None, false_zones: Path) -> None:
    if python is None:
        pytest.skip("no other interpreter here")
    digest, size, version = run(python, LAW, PYTHONTZPATH=str(false_zones), LC_ALL="C")
    assert (digest, size) == (STATE, 130)
    assert version != list(sys.version_info[:2])
