"""Writes the agreement vectors: recipes drawn from a seed, and what the Python verifier says of each file.

    PYTHONPATH=.import:. python -m tests.agreement.make    writes agreement.json here

The page has no part in it: the tests show it the same files and compare. An answer that changes is a change of the
specification, and is looked at before it is written.
"""

import hashlib
import json
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.agreement.answers import Answer, by_python, name_of
from tests.agreement.recipes import MORE_WAYS, RECEIPT, WAYS, file_of, foreign_files, log_of, members_of, trust_of
from tests.agreement.vectors import PLACE
from tests.tamper.transit_cases import DESKTOP, DOUBTFUL, NAMED, TOLERATED

SEED = 20170208
BASES = ("receipt", "early receipt", "post-quantum receipt", "entry", "bundle", "large")
Drawn = dict[str, Any]
TOKENS = (b"\n", b" ", b"\r", b"\t", b"+", b"=", b"0", b"\xe2\x80\x94 ", b"\x00", b"\xff", b"A", b'"', b"{", b"9" * 20)
FOREIGN = {"key": "another log"}


def drawn_edits(draw: random.Random, data: bytes, count: int) -> list[list[Any]]:
    """Edits of bytes at drawn places: one flipped bit, bytes added, taken away, put in another's place, lines moved."""
    edits: list[list[Any]] = []
    for _ in range(count):
        at, token = draw.randrange(max(1, len(data))), draw.choice(TOKENS).hex()
        lines = data.count(b"\n") + 1
        edits.append(
            draw.choice(
                [
                    ["xor", at, 1 << draw.randrange(8)],
                    ["xor", at, 1 << draw.randrange(8)],
                    ["insert", at, token],
                    ["delete", at, draw.randrange(1, 9)],
                    ["put", at, 1, token],
                    ["cut", at],
                    ["append", draw.choice([token, "0a", "0a0a", "2d2d200a6c697374610a"])],
                    ["line out", draw.randrange(lines)],
                    ["line twice", draw.randrange(lines)],
                    ["lines swapped", draw.randrange(lines), draw.randrange(lines)],
                ]
            )
        )
    return edits


def trusts(draw: random.Random) -> Drawn:
    """Which trust folder a file is judged with: mostly the whole one."""
    return draw.choice([{}, {}, {}, {}, {"trust": None}, {"trust": {"genesis": None}}, {"trust": FOREIGN}])


def bytes_cases(draw: random.Random) -> Iterator[Drawn]:
    """Every base with its bytes edited at drawn places, and with what ordinary channels do."""
    for base, count in (("receipt", 480), ("early receipt", 70), ("post-quantum receipt", 130), ("entry", 160)):
        data = file_of({"base": base})
        for number in range(count):
            yield {"base": base, **trusts(draw), "edits": drawn_edits(draw, data, 1 if number % 4 else 2)}
    for base, count in (("bundle", 150), ("large", 10)):
        data = file_of({"base": base, "edits": []})
        for _ in range(count):
            yield {"base": base, **trusts(draw), "edits": drawn_edits(draw, data, 1)}
    for base in BASES:
        for way in WAYS:
            yield {"base": base, "edits": [["way", way]]}
            if base not in ("bundle", "large"):
                yield {"base": base, "trust": None, "edits": [["way", way], ["way", draw.choice(sorted(WAYS))]]}


def value(draw: random.Random) -> Any:
    """A value that can be written canonically."""
    return draw.choice(
        [
            *(
                0,
                1,
                -1,
                17,
                2**53 - 1,
                "",
                "x",
                "0" * 64,
                "é",
                "e\u0301",
                "a\u202eb",
                "\u200b",
                None,
                True,
                [],
                {},
                ["-"],
            ),
            *("example.org/other", "2019-03-01T18:00:00.000Z", "2019-03-01T18:00:00Z", "historical"),
        ]
    )


PATHS: list[list[Any]] = [
    ["index"], ["v"], ["previous"], ["recorded_at"], ["signatures"], ["signatures", 0, "key"], ["signatures", 0, "sig"],
    ["signatures", 0, "more"], ["more"], ["statement", "actor"], ["statement", "actor", "party"], ["statement", "body"],
    ["statement", "actor", "person"], ["statement", "id"], ["statement", "ledger"], ["statement", "mode"],
    ["statement", "occurred_on"], ["statement", "schema"], ["statement", "seen"], ["statement", "seen", "size"],
    ["statement", "seen", "root"], ["statement", "signed_at"], ["statement", "stream"], ["statement", "type"],
    ["statement", "more"], ["statement", "body", "commitment"],
]  # fmt: skip


def part_cases(draw: random.Random) -> Iterator[Drawn]:
    """A receipt's parts and an entry's members with other values, each in its form."""
    for path in PATHS:
        for base, name in (("receipt", "entry"), ("entry", "member"), ("receipt", "entry")):
            yield {"base": base, **trusts(draw), "edits": [[name, path, value(draw)]]}
    for index in (0, 1, RECEIPT - 1, RECEIPT + 1, 21, 22, 10**6, 2**53 - 1):
        yield {"base": "receipt", "edits": [["index", index]]}
    for at in range(6):
        for text in (None, "00" * 32, "ff" * 32):
            yield {"base": "receipt", **trusts(draw), "edits": [["proof", at, text]]}


def member_cases(draw: random.Random) -> Iterator[Drawn]:
    """Members of a bundle: missing, edited, emptied, replaced by a page; the checkpoint by a channel."""
    members = members_of(log_of("small"))
    for name, data in members.items():
        yield {"base": "bundle", "members": {name: None}}
        for way in ("empty", "page", "CRLF", "BOM", "zeros", "no last line end"):
            yield {"base": "bundle", "members": {name: [["way", way]]}}
        for _ in range(50 if name == "checkpoint" else 40):
            yield {"base": "bundle", **trusts(draw), "members": {name: drawn_edits(draw, data, 1)}}
    for way in WAYS:
        yield {"base": "bundle", "members": {"checkpoint": [["way", way]]}}
    pairs = [draw.sample(sorted(members), 2) for _ in range(40)]
    for one, other in pairs:
        yield {
            "base": "bundle",
            "members": {name: drawn_edits(draw, members[name], 1) for name in (one, other)},
        }
    large = members_of(log_of("large"))
    for name in sorted(large):
        for edits in (None, [["way", "empty"]], drawn_edits(draw, large[name], 1)):
            yield {"base": "large", "members": {name: edits}}


def zip_cases(draw: random.Random) -> Iterator[Drawn]:
    """Zips made again by other programs, and names that unpackers read differently."""
    for top in ("libro/", "Transparencia acción/", "a b/", "a/b/"):
        for names in ([], list(DESKTOP), ["otro/x"]):
            yield {"base": "bundle", "zip": {"top": top}, "members": {name: [["append", "78"]] for name in names}}
    for kind in (*TOLERATED, *NAMED):
        yield {"base": "bundle", "zip": {"extra": kind, "stored": draw.random() < 0.5}}
    for doubtful in DOUBTFUL:
        yield {"base": "bundle", "members": {name: [["append", "78"]] for name in doubtful.split("|")}}
    for name in (*DESKTOP, "README.md", "tile/9/000", "tile/0/x", "documents/ab", "log/checkpoint", "anchors/x"):
        yield {"base": "bundle", "members": {name: [["append", "78"]]}}


def history_cases(draw: random.Random) -> Iterator[Drawn]:
    """What an operator can make of a log: entries changed, gone, doubled, swapped; linked again, signed by any key."""
    size = log_of("small").size
    for number in range(380):
        index = draw.randrange(size)
        act: list[Any] = draw.choice(
            [
                ["set", index, draw.choice(PATHS), value(draw)],
                ["set", index, draw.choice(PATHS), value(draw)],
                ["set", index, ["recorded_at"], f"20{draw.randrange(10, 30)}-03-01T18:00:07.250Z"],
                ["drop", index],
                ["double", index],
                ["swap", index, draw.randrange(size)],
                ["end", draw.randrange(1, size)],
            ]
        )
        history = [act, *([["link"]] if number % 3 else [])]
        if number % 10 == 0:
            history.append(["key", "another log"])
        if number % 10 == 5:
            history.append(["witnesses", draw.choice([["a"], ["c"], [], ["a", "c"]])])
        trust: Drawn = trusts(draw)
        if number % 4 == 1:
            trust = {"trust": {"kept": draw.randrange(1, size + 1)}}
        yield {"base": draw.choice(["bundle", "bundle", "receipt"]), **trust, "history": history}


def trust_cases(draw: random.Random) -> Iterator[Drawn]:
    """Trust folders that are damaged, for another ledger, or incomplete; and saved checkpoints of every size."""
    for size in range(1, 23):
        for base in ("bundle", draw.choice(["receipt", "early receipt", "entry"])):
            yield {"base": base, "trust": {"kept": size}}
    for base in ("receipt", "bundle", "entry"):
        data = trust_of({"base": base, "trust": {"kept": 20}})
        file = file_of({"base": base, "edits": []})
        for name in ("policy", "genesis", "checkpoint"):
            if name != "policy":  # what is not dropped on the page is not a folder without a policy
                yield {"base": base, "trust": {"kept": 20, name: None}}
            for way in ("CRLF", "BOM", "empty", "no last line end", "spaces at line ends", "page", "upper case"):
                yield {"base": base, "trust": {"kept": 20, name: [["way", way]]}}
            for number in range(24):
                # Both damaged: what is trusted is looked at first.
                more = {"edits": drawn_edits(draw, file, 1)} if number % 3 == 2 else {}
                yield {"base": base, "trust": {"kept": 20, name: drawn_edits(draw, data[name], 1)}, **more}


def foreign_cases(_: random.Random) -> Iterator[Drawn]:
    """Files of every kind that is none of what is verified, and what is verified within them."""
    for name in foreign_files():
        yield {"base": "another file", "file": name}


def way_cases(_: random.Random) -> Iterator[Drawn]:
    """Every base and every member of both bundles by the channels that came later, and some members by the others."""
    for way in MORE_WAYS:
        for base in BASES:
            yield {"base": base, "edits": [["way", way]]}
        for base, name in (("bundle", "small"), ("large", "large")):
            for member in members_of(log_of(name)):
                yield {"base": base, "members": {member: [["way", way]]}}
    for way in ("UTF-8 twice", "BOM", "CRLF", "zeros"):
        for member in members_of(log_of("large")):
            yield {"base": "large", "members": {member: [["way", way]]}}
        for member in members_of(log_of("small")):
            yield {"base": "bundle", "members": {member: [["way", way], ["cut", 40]]}}


def recipes() -> list[Drawn]:
    """All recipes; the same each time, and none twice."""
    draw = random.Random(SEED)  # noqa: S311 - a sample, no secret
    parts = (bytes_cases, part_cases, member_cases, zip_cases, history_cases, trust_cases, foreign_cases, way_cases)
    found = [{"base": base, **more} for base in BASES for more in ({}, {"trust": None}, {"trust": FOREIGN})]
    found += [recipe for part in parts for recipe in part(draw)]
    known: dict[str, Drawn] = {json.dumps(recipe, sort_keys=True): recipe for recipe in found}
    return [recipe for recipe in known.values() if can_be_made(recipe)]


def can_be_made(recipe: Drawn) -> bool:
    """Whether the edits apply: not all do to every base (a member of no object; a text that is not UTF-8)."""
    try:
        file_of(recipe)
    except (ValueError, KeyError, TypeError, IndexError, UnicodeError):
        return False
    return True


def said_of(recipe: Drawn, scratch: Path) -> Answer:
    """What the Python verifier says of a recipe's file."""
    path, trust = scratch / name_of(recipe["base"]), scratch / "trust"
    path.write_bytes(file_of(recipe))
    files = trust_of(recipe)
    trust.mkdir(exist_ok=True)
    for name in ("policy", "genesis", "checkpoint"):
        (trust / name).unlink(missing_ok=True)
        if name in files:
            (trust / name).write_bytes(files[name])
    return by_python(path, trust if files else None)


def main() -> None:
    made = recipes()
    with tempfile.TemporaryDirectory() as place:
        cases = [{"recipe": recipe, "said": said_of(recipe, Path(place))} for recipe in made]
    bases = {base: hashlib.sha256(file_of({"base": base, "edits": []})).hexdigest() for base in BASES}
    lines = ",\n".join(json.dumps(case, ensure_ascii=True, sort_keys=True, separators=(",", ":")) for case in cases)
    PLACE.write_text(f'{{"bases":{json.dumps(bases)},\n"cases":[\n{lines}\n]}}\n')
    sys.stdout.write(f"{len(cases)} cases, {PLACE.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
