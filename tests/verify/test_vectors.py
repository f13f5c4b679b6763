"""Our own vectors, files of exact bytes: what is written now is what was published, and reads as it says."""

import base64
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.rows import each_row
from tests.vectors.make import FOLDER, make
from tests.verify.small_ledger import ORIGIN, verify

from constancia.ledger.wire.composition import build_entry, format_tlog_proof
from constancia.ledger.wire.proofs import consistency_proof, inclusion_proof
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import parse_canonical
from constancia.verify.core.formats.checkpoint import open_checkpoint
from constancia.verify.core.formats.cosignature import message_ed25519, message_mldsa44, verify_cosignature
from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.note import parse_note
from constancia.verify.core.formats.policy import open_with_policy
from constancia.verify.core.formats.signatures import (
    Signature,
    key_id_of,
    load_public_key,
    verify_ed25519,
    verify_signature,
)
from constancia.verify.core.formats.statement import parse_statement
from constancia.verify.report.findings import Verdict
from constancia.verify.trust.policy_file import parse_policy
from constancia.verify.trust.trust_folder import load_trust
from constancia.verify.wire.merkle import Tree, hash_leaf, verify_consistency, verify_inclusion
from constancia.verify.wire.tlog_proof import parse_tlog_proof


def raw(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def loaded(name: str) -> Any:
    return json.loads(raw(name))


def test_every_file_is_written_again_byte_for_byte(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "checkpoint.cosigned", tmp_path / "checkpoint.cosigned")  # random, so it is kept
    make(tmp_path)
    made = {file.relative_to(tmp_path).as_posix(): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    for name, data in made.items():
        assert raw(name) == data, name
    kept = {file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*") if file.is_file()}
    extra = {one for one in kept - made.keys() if "__pycache__" not in one}
    assert extra == {".gitattributes", "README.md", "make.py"}


def test_readme_lists_every_file() -> None:
    text = raw("README.md").decode()
    for file in FOLDER.iterdir():
        if file.name not in {".gitattributes", "README.md", "make.py", "__pycache__"}:
            name = file.name.replace("cosignature-ed25519.blob", ".blob")
            assert f"`{name}{'/' if file.is_dir() else ''}`" in text, file.name


def test_keys_follow_from_their_seeds() -> None:
    for one in loaded("keys.json"):
        public = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(one["seed"])).public_key()
        assert public.public_bytes_raw().hex() == one["public"]
        assert key_id_of(bytes.fromhex(one["spki"])) == one["key_id"]
        assert load_public_key("ed25519", bytes.fromhex(one["spki"])).key_id == one["key_id"]


@each_row("case", loaded("canonical-refused.json"), ids=lambda case: case["comment"])
def test_bytes_that_are_not_canonical_are_refused(case: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        parse_canonical(bytes.fromhex(case["bytes"]))


def test_statement_pae_and_signature() -> None:
    statement = parse_statement(raw("statement.json"))
    assert signed_bytes(statement.raw) == raw("statement.pae")
    key = next(one for one in loaded("keys.json") if one["name"] == "person inai")
    assert verify_ed25519(bytes.fromhex(key["public"]), raw("statement.sig"), raw("statement.pae"))


def test_entry_is_built_and_read() -> None:
    entry = parse_entry(raw("entry.json"))
    assert entry.statement.raw == raw("statement.json")
    assert entry.signatures[0].sig == raw("statement.sig")
    assert entry.leaf_hash.hex().encode() + b"\n" == raw("entry.leaf-hash")
    assert hashlib.sha256(b"\x00" + raw("entry.json")).digest() == entry.leaf_hash
    built = build_entry(
        index=entry.index, previous=entry.previous, recorded_at=entry.recorded_at, signatures=entry.signatures,
        statement=raw("statement.json"),
    )  # fmt: skip
    assert built == raw("entry.json")


def test_passkey_counts_only_where_it_is_sound() -> None:
    said = loaded("passkey.json")
    key = load_public_key(
        said["scheme"], bytes.fromhex(said["public_key"]), rp_id=said["rp_id"], origins=tuple(said["origins"])
    )
    for case in said["cases"]:
        parts = {name: base64.b64decode(case[name]) for name in ("sig", "authenticator_data", "client_data")}
        assert (
            verify_signature(key, Signature(key=key.key_id, **parts), bytes.fromhex(said["signed_bytes"]))
            == (case["valid"])
        ), case["comment"]


def test_tree_roots_and_proofs() -> None:
    said = loaded("tree.json")
    leaves = [hash_leaf(b"leaf %d" % number) for number in range(300)]
    tree = Tree(leaves)
    roots = {one["size"]: bytes.fromhex(one["root"]) for one in said["roots"]}
    assert all(tree.root(size) == root for size, root in roots.items())
    for one in said["inclusion"]:
        proof = [bytes.fromhex(node) for node in one["proof"]]
        assert proof == inclusion_proof(tree, one["index"], one["size"])
        assert verify_inclusion(
            leaf_hash=leaves[one["index"]], index=one["index"], size=one["size"], proof=proof, root=roots[one["size"]]
        )
    for one in said["consistency"]:
        proof = [bytes.fromhex(node) for node in one["proof"]]
        assert proof == consistency_proof(tree, one["old"], one["new"])
        assert verify_consistency(
            old_size=one["old"], new_size=one["new"], old_root=roots[one["old"]], new_root=roots[one["new"]],
            proof=proof,
        )  # fmt: skip


def test_checkpoint_and_cosignatures() -> None:
    policy = parse_policy(raw("policy").decode())
    opened = open_with_policy(raw("checkpoint.cosigned"), policy)
    (log_key,) = policy.logs.values()
    checkpoint, note = open_checkpoint(raw("checkpoint"), log_key)
    assert opened.checkpoint == checkpoint
    assert (opened.witnessed, dict(opened.cosigned)) == (True, {"one": 1_551_463_200, "two": 1_551_463_200})
    assert message_ed25519(1_551_463_200, note.text) == raw("cosignature-ed25519.message")
    assert message_mldsa44(1_551_463_200, "witness.example/two", note.text) == raw("cosignature-mldsa44.message")
    line = parse_note(raw("checkpoint.cosigned")).signatures[1]
    assert line.blob == raw("cosignature-ed25519.blob")
    assert verify_cosignature(policy.witnesses["one"], line, note.text) == 1_551_463_200


def test_receipt_is_read_and_written() -> None:
    proof = parse_tlog_proof(raw("receipt"))
    assert proof.extra == raw("entry.json")
    assert format_tlog_proof(proof.index, proof.proof, proof.checkpoint, proof.extra) == raw("receipt")


def test_fingerprints_are_what_the_specification_says() -> None:
    """By the bytes that SPEC §4 names, put together here by hand for the policy of this folder."""
    vectors = loaded("fingerprints.json")
    rules = "\n".join(
        line.removesuffix(" https://witness.example/one") for line in raw("policy").decode().split("\n")[1:]
    )
    covered = f"constancia/trust@v1\n{ORIGIN}\n{raw('trust/genesis').decode()}{rules}"
    code = base64.b32encode(hashlib.sha256(covered.encode()).digest())[:40].decode()
    assert vectors[0]["fingerprint"].replace("-", "") == code
    assert len({one["fingerprint"] for one in vectors[:4]}) == 1
    assert len({one["fingerprint"] for one in vectors[3:]}) == len(vectors) - 3
    word = load_trust(FOLDER / "trust").word
    assert word == {"fingerprint": vectors[0]["fingerprint"]}


def test_fingerprint_of_a_trust_folder_is_that_of_the_vector(tmp_path: Path) -> None:
    for one in loaded("fingerprints.json"):
        (tmp_path / "policy").write_bytes(one["policy"].encode())
        (tmp_path / "genesis").write_text(one["genesis"])
        assert load_trust(tmp_path).word == {"fingerprint": one["fingerprint"]}, one["comment"]


@each_row("name", ["log", "receipt"])
def test_published_log_and_receipt_are_intact(name: str) -> None:
    report = verify(FOLDER / name, FOLDER / "trust")
    assert (report.verdict, report.size) == (Verdict.INTACT, 18)
