"""Canonical JSON against two implementations that nobody here wrote: `canonicaljson` (Matrix), and JavaScript itself.

A third, `rfc8785`, is compared in the format's own test. RFC 8785 is defined by what JavaScript writes once the members
are sorted: Node.js reads each text and writes it again.
"""

import json
import random
import subprocess
import unicodedata
from typing import Any

from canonicaljson import encode_canonical_json
from tests.foreign.conftest import program
from tests.fuzz.formats import canonical_json
from tests.fuzz.harness import HARNESSES
from tests.fuzz.mutate import mutations

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import MAX_INTEGER, canonical, parse_canonical

COUNT = 1_500
SORT = """
const sorted = v => Array.isArray(v) ? v.map(sorted) : v && typeof v === "object"
  ? Object.fromEntries(Object.keys(v).sort().map(k => [k, sorted(v[k])])) : v;
const lines = require("fs").readFileSync(0, "utf8").split("\\n");
process.stdout.write(lines.map(line => JSON.stringify(sorted(JSON.parse(line)))).join("\\n"));
"""
LETTERS = 'azAZ09 "\\/\nñáÑ漢字кириллица\U0001f600\u2010€\u00a0{}[]:,'


def values(chance: random.Random, depth: int = 0) -> Any:
    """Any value of the profile; integers as far as JavaScript counts, names that no engine takes for positions."""
    kind = chance.randrange(6 if depth < 4 else 4)
    if kind == 0:
        return chance.choice((None, True, False))
    if kind == 1:
        return chance.choice((0, 1, -1, MAX_INTEGER, -MAX_INTEGER, chance.randint(-MAX_INTEGER, MAX_INTEGER)))
    if kind in (2, 3):
        text = "".join(chance.choice(LETTERS) for _ in range(chance.randrange(12)))
        return unicodedata.normalize("NFC", text)
    if kind == 4:
        return [values(chance, depth + 1) for _ in range(chance.randrange(4))]
    names = [
        "".join(chance.choice("abyz_019") for _ in range(chance.randint(1, 6))) for _ in range(chance.randrange(5))
    ]
    return {f"{chance.choice('abz')}{name}": values(chance, depth + 1) for name in names}


def objects(seed: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)  # noqa: S311 - the same at each run
    return [{"a": values(chance), "zz_9": values(chance), "z": values(chance)} for _ in range(COUNT)]


def test_bytes_are_those_of_canonicaljson() -> None:
    for value in objects(1):
        assert canonical(value) == encode_canonical_json(value)


def test_bytes_are_those_that_javascript_writes() -> None:
    texts = [canonical(value) for value in objects(2)]
    # Another order and form of the same: what is written again is canonical.
    asked = "\n".join(json.dumps(json.loads(text), ensure_ascii=True, separators=(", ", ": ")) for text in texts)
    done = subprocess.run([program("node"), "-e", SORT], input=asked.encode(), capture_output=True, check=True)
    assert done.stdout.split(b"\n") == texts


def test_what_is_accepted_is_written_by_them_in_the_same_bytes() -> None:
    """Of changed seeds, whatever passes as canonical is so for the others too: no second form gets through."""
    seeds = [path.read_bytes() for path in HARNESSES[canonical_json.__name__.replace("_", "-")].corpus()]
    made, accepted = mutations(seeds, random.Random(3)), 0  # noqa: S311 - the same at each run
    for _ in range(4_000):
        raw = next(made)
        try:
            value = parse_canonical(raw)
        except Malformed:
            continue
        accepted += 1
        assert encode_canonical_json(value) == raw
    assert accepted > 200
