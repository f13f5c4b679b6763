"""The strict Ed25519 rule on Node's WebCrypto, against ours: both must give one answer for every input."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.foreign.conftest import Library, program
from tests.profile import sampled

from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.signatures import verify_ed25519

SCRIPT = Path(__file__).with_name("strict_ed25519.mjs")
VECTORS = Path(__file__).resolve().parents[2].parent / "shared" / "vectors"
# What each edge case gets by our rule: of those that some library accepts, only the one of mixed order.
SPECCHECK_ACCEPTED = [3]

Case = dict[str, str]


def ask_node(cases: list[Case]) -> list[dict[str, bool]]:
    done = subprocess.run(
        [program("node"), "--no-warnings", str(SCRIPT)],
        input=json.dumps(cases), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, bool]] = json.loads(done.stdout)
    return answers


def ours(cases: list[Case]) -> list[bool]:
    return [
        verify_ed25519(*(bytes.fromhex(case[name]) for name in ("public_key", "signature", "message")))
        for case in cases
    ]  # fmt: skip


def load(name: str) -> Any:
    path = VECTORS / name
    if not path.exists():
        pytest.skip(f"{name} of the public vectors is not beside the project")
    return json.loads(path.read_text(encoding="utf-8"))


def test_speccheck_s_edge_cases_get_one_answer() -> None:
    cases = [
        {"public_key": one["pub_key"], "signature": one["signature"], "message": one["message"]}
        for one in load("ed25519-speccheck/cases.json")
    ]
    found = ask_node(cases)
    assert [one["strict"] for one in found] == ours(cases)
    assert [number for number, one in enumerate(found) if one["strict"]] == SPECCHECK_ACCEPTED
    # The rule is needed: the platform alone accepts more.
    assert sum(one["platform"] for one in found) > len(SPECCHECK_ACCEPTED)


def test_wycheproof_s_cases_get_one_answer() -> None:
    cases, expected = [], []
    for group in load("wycheproof/ed25519_test.json")["testGroups"]:
        for test in group["tests"]:
            cases.append({"public_key": group["publicKey"]["pk"], "signature": test["sig"], "message": test["msg"]})
            expected.append(test["result"] == "valid")
    found = [one["strict"] for one in ask_node(cases)]
    assert found == ours(cases) == expected
    assert any(expected)


def test_log_s_signatures_and_changed_ones_get_one_answer(library: Library) -> None:
    desk = library.desk
    spki = {key.key_id: key.spki for key in (*desk.world.keys.values(), *desk.world.roots.values())}
    cases: list[Case] = []
    for index in range(0, desk.ledger.size, sampled(21, 7)):
        entry = parse_entry(desk.ledger.log.entry(index))
        signature = entry.signatures[0]
        if signature.key not in spki:
            continue
        message = signed_bytes(entry.statement.raw)
        for sig, said in ((signature.sig, message), (_flipped(signature.sig, index), message), (signature.sig, b"x")):
            cases.append({"public_key": spki[signature.key][12:].hex(), "signature": sig.hex(), "message": said.hex()})
    found = [one["strict"] for one in ask_node(cases)]
    assert found == ours(cases) == [True, False, False] * (len(cases) // 3)


def _flipped(sig: bytes, bit: int) -> bytes:
    at = bit % (8 * len(sig))
    return sig[: at // 8] + bytes((sig[at // 8] ^ 1 << at % 8,)) + sig[at // 8 + 1 :]
