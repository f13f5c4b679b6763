"""Replays ledgers with several interpreters, each under other settings of the machine, and compares the states.

    python tests/foreign/state_on_pythons.py PYTHON … [--bundle ZIP --trust FOLDER]

Each PYTHON is of a virtual environment with `cryptography`, `eventsourcing`, `filelock`, `platformdirs`, `tzdata`.
Without `--bundle` the ledgers of former editions are replayed. Exit code 1 if any verdict or state differs.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "editions"
REPLAY = """
import json, sys
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from constancia.ledger.audit.level3_law import Replay
from constancia.verify.audit.run import audit
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust
replay = Replay(datetime(2026, 11, 28, tzinfo=UTC))
with open_source(sys.argv[1]) as source:
    report = audit(source, load_trust(Path(sys.argv[2])), further=(replay,), workers=1)
[digest] = [one.params["digest"] for one in report.notes if one.code == "state-digest"]
[zones] = [one.params["version"] for one in report.notes if one.code == "time-zone-rules"]
print(json.dumps([report.verdict.name, report.size, digest, zones, sys.version.split()[0]]))
"""
KIRITIMATI = "from importlib.resources import files; print(files('tzdata') / 'zoneinfo' / 'Pacific' / 'Kiritimati')"
SETTINGS = (
    {"PYTHONHASHSEED": "0"},
    {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Asia/Tokyo"},
    {"PYTHONHASHSEED": "4294967295", "LC_ALL": "tr_TR.UTF-8", "PYTHONUTF8": "0"},
)


def false_zones(python: str, folder: Path) -> str:
    """A folder of zone files in which Mexico City has the hours of Kiritimati."""
    found = subprocess.run([python, "-c", KIRITIMATI], capture_output=True, text=True, check=True).stdout.strip()
    (folder / "America").mkdir(exist_ok=True)
    shutil.copyfile(found, folder / "America" / "Mexico_City")
    return str(folder)


def main() -> int:
    """Replay, print a line for each run, and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pythons", nargs="+")
    parser.add_argument("--bundle", type=Path)
    parser.add_argument("--trust", type=Path)
    chosen = parser.parse_args()
    sources = [(one / "bundle.zip", one / "trust") for one in sorted(FIXTURES.iterdir())]
    if chosen.bundle is not None:
        sources = [(chosen.bundle, chosen.trust)]
    differing = 0
    with tempfile.TemporaryDirectory() as place:
        for bundle, trust in sources:
            said = set()
            for python in chosen.pythons:
                zones = false_zones(python, Path(place))
                for setting in SETTINGS:
                    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / ".import")} | setting
                    command = [python, "-c", REPLAY, str(bundle), str(trust)]
                    environment["PYTHONTZPATH"] = zones
                    done = subprocess.run(
                        command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT
                    )
                    if done.returncode:
                        sys.stdout.write(f"{python}: {done.stderr.strip().splitlines()[-1]}\n")
                        differing += 1
                        continue
                    verdict, size, digest, rules, version = json.loads(done.stdout)
                    said.add((verdict, size, digest))
                    hidden = {name: setting[name] for name in sorted(setting)}
                    sys.stdout.write(f"{version} tzdata {rules} {hidden}: {verdict}, {size} entries, {digest[:16]}\n")
            differing += len(said) - 1
    sys.stdout.write(f"{'the same everywhere' if not differing else f'{differing} differ'}\n")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
