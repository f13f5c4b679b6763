"""Writes the vectors of this folder. A signature of ML-DSA-44 is other bytes each time, and is kept if it is there.

PYTHONPATH=.import:. python tests/vectors/make.py [folder]
"""

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.verify.small_ledger import Log, LogKey, PostQuantumWitness, Witness, Writer, write

from constancia.ledger.wire.composition import format_tlog_proof
from constancia.ledger.wire.proofs import consistency_proof, inclusion_proof
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.checkpoint import format_checkpoint
from constancia.verify.core.formats.cosignature import message_ed25519, message_mldsa44
from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.note import NoteSignature, format_note, format_vkey, parse_note
from constancia.verify.core.formats.policy import open_with_policy
from constancia.verify.trust.fingerprint import fingerprint
from constancia.verify.trust.policy_file import parse_policy
from constancia.verify.wire.merkle import Tree, hash_leaf

FOLDER = Path(__file__).resolve().parent
INDEX, SIZE, TIME = 16, 18, 1_551_463_200
SIZES = (*range(18), 31, 32, 33, 255, 256, 257, 258, 300)


def story() -> Writer:
    """Eighteen entries: the founding, keys, a governance body, an agreement signed by three, two reports."""
    return Writer().found().sign_agreement().report(2)


def as_json(value: object) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n"


def key_vectors(writer: Writer) -> list[dict[str, str]]:
    named = {f"root {name}": key for name, key in writer.roots.items()}
    named |= {f"person {name}": key for name, key in writer.people.items()}
    named |= {"log": writer.log_key.key, "witness one": Witness("one").key}
    return [
        {
            "name": name, "seed": key.private.private_bytes_raw().hex(), "public": key.raw.hex(),
            "spki": key.spki.hex(), "key_id": key.key_id,
        }
        for name, key in named.items()
    ]  # fmt: skip


def tree_vectors() -> dict[str, Any]:
    """A tree over the leaves `b"leaf 0"`, `b"leaf 1"`, …: roots and proofs of sizes around powers of two."""
    tree = Tree(hash_leaf(b"leaf %d" % number) for number in range(max(SIZES)))
    proved = [(index, size) for size in SIZES for index in (0, size // 2, size - 1) if 0 <= index < size]
    pairs = [(old, new) for new in SIZES for old in SIZES if old <= new and new in (7, 8, 16, 257, 300)]
    return {
        "leaves": "bytes of the leaf at i: 'leaf <i>' in ASCII",
        "roots": [{"size": size, "root": tree.root(size).hex()} for size in SIZES],
        "inclusion": [
            {"index": index, "size": size, "proof": [one.hex() for one in inclusion_proof(tree, index, size)]}
            for index, size in dict.fromkeys(proved)
        ],
        "consistency": [
            {"old": old, "new": new, "proof": [one.hex() for one in consistency_proof(tree, old, new)]}
            for old, new in pairs
        ],
    }


def cosigned(folder: Path, log: Log, policy: str) -> bytes:
    """The checkpoint with both cosignatures; the one of ML-DSA-44 is kept where it stands and is sound."""
    path = folder / "checkpoint.cosigned"
    text = format_checkpoint(log.signer.verifier.name, SIZE, log.tree.root(SIZE))
    try:
        opened = open_with_policy(path.read_bytes(), parse_policy(policy))
        if opened.note.text == text and opened.witnessed:
            return path.read_bytes()
    except (OSError, Malformed):
        pass
    lines = parse_note(log.checkpoint(SIZE)).signatures
    return format_note(text, [*lines, Witness("one").line(text, TIME), PostQuantumWitness("two").line(text, TIME)])


def passkey_vectors(message: bytes) -> dict[str, Any]:
    """A passkey's assertion over a statement: sound, and one with each thing wrong."""
    private = ec.derive_private_key(int.from_bytes(hashlib.sha256(b"passkey").digest(), "big") >> 1, ec.SECP256R1())
    spki = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(message).digest()).rstrip(b"=").decode()
    sound = {"type": "webauthn.get", "challenge": challenge, "origin": "https://example.org", "crossOrigin": False}

    def assertion(comment: str, flags: int = 0x05, rp_id: str = "example.org", **changes: Any) -> dict[str, Any]:
        client = json.dumps(sound | changes, separators=(",", ":")).encode()
        data = hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + bytes(4)
        scheme = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        sig = private.sign(data + hashlib.sha256(client).digest(), scheme)
        said = {"authenticator_data": data, "client_data": client, "sig": sig}
        encoded = {name: base64.b64encode(value).decode() for name, value in said.items()}
        return {"comment": comment, "valid": comment == "sound", **encoded}

    return {
        "public_key": spki.hex(), "scheme": "webauthn", "rp_id": "example.org", "origins": ["https://example.org"],
        "signed_bytes": message.hex(),
        "cases": [
            assertion("sound"),
            assertion("another challenge", challenge="AAAA"),
            assertion("another origin", origin="https://example.com"),
            assertion("another type", type="webauthn.create"),
            assertion("cross origin", crossOrigin=True),
            assertion("another rp_id", rp_id="example.com"),
            assertion("user not present", flags=0x04),
            assertion("user not verified", flags=0x01),
        ],
    }  # fmt: skip


def refused_vectors() -> list[dict[str, str]]:
    """Bytes that are no canonical object, each with the rule of SPEC §1 that it breaks."""
    cases: list[tuple[int, str, bytes]] = [
        (1, "white space", b'{"a": 1}'), (1, "line feed at the end", b'{"a":1}\n'),
        (1, "keys not sorted", b'{"b":1,"a":2}'),
        (1, "duplicate key", b'{"a":1,"a":1}'), (1, "escape without need", b'{"a":"\\u0041"}'),
        (1, "escaped slash", b'{"a":"\\/"}'), (1, "surrogate pair as escapes", b'{"a":"\\ud83d\\ude00"}'),
        (1, "byte-order mark", b"\xef\xbb\xbf{}"), (1, "not UTF-8", b'{"a":"\xff"}'),
        (1, "overlong UTF-8", b'{"a":"\xc0\xaf"}'), (2, "upper-case key", b'{"A":1}'), (2, "empty key", b'{"":1}'),
        (2, "digit first", b'{"1":1}'), (2, "key not ASCII", '{"ñ":1}'.encode()), (3, "fraction", b'{"a":1.0}'),
        (3, "exponent", b'{"a":1e2}'), (3, "minus zero", b'{"a":-0}'), (3, "2^53", b'{"a":9007199254740992}'),
        (3, "leading zero", b'{"a":01}'), (3, "not a number", b'{"a":NaN}'), (4, "NFD", '{"a":"e\u0301"}'.encode()),
        (4, "lone surrogate", b'{"a":"\\ud800"}'), (4, "tabulator", b'{"a":"\\t"}'), (4, "delete", b'{"a":"\x7f"}'),
        (4, "right-to-left override", '{"a":"\u202e"}'.encode()), (4, "zero width space", '{"a":"\u200b"}'.encode()),
        (4, "soft hyphen", '{"a":"\u00ad"}'.encode()), (4, "noncharacter", '{"a":"\ufdd0"}'.encode()),
        (4, "tag character", '{"a":"\U000e0041"}'.encode()),
        (5, "nesting of 17", b'{"a":' + b"[" * 16 + b"]" * 16 + b"}"),
    ]  # fmt: skip
    return [{"rule": f"SPEC 1.{rule}", "comment": comment, "bytes": raw.hex()} for rule, comment, raw in cases]


def fingerprint_vectors(policy: str, genesis: bytes) -> list[dict[str, str]]:
    """Trust anchors and their fingerprints: the first four pin the same; each of the others pins something else."""
    log, one, two = policy.split("\n")[1:4]
    moved = one.replace("https://witness.example/one", "https://elsewhere.example/")
    spread = f"\n\t# no key\n{log} \t https://log.example/\n  {moved}\n{two}\ngroup  both all one\ttwo\n\nquorum both"
    swapped = f"{log}\n{two}\n{one}\ngroup both all one two\nquorum both\n"
    several = f"{log}\nlog {format_vkey(LogKey('second', 'example.org/second').verifier)}\nquorum none\n"
    cases = [
        ("the policy of this folder", policy, genesis), ("comments, blanks and addresses", spread, genesis),
        ("CR LF", policy.replace("\n", "\r\n"), genesis), ("byte-order mark", "\ufeff" + policy, genesis),
        ("another genesis", policy, bytes(32)),
        ("another quorum", policy.replace("quorum both", "quorum one"), genesis),
        ("witnesses in another order", swapped, genesis), ("two logs, no quorum", several, genesis),
    ]  # fmt: skip
    read = [(name, text.removeprefix("\ufeff").replace("\r\n", "\n"), text, leaf) for name, text, leaf in cases]
    return [
        {
            "comment": name, "policy": text, "genesis": leaf.hex(),
            "fingerprint": fingerprint(plain, parse_policy(plain).logs, leaf),
        }
        for name, plain, text, leaf in read
    ]  # fmt: skip


def make(folder: Path) -> None:
    """Write all vectors into a folder."""
    writer = story()
    log = writer.log()
    entry = parse_entry(log.entries[INDEX])
    one, two = Witness("one"), PostQuantumWitness("two")
    policy = (
        "# log, two witnesses, both needed\n"
        f"log {format_vkey(log.signer.verifier)}\n"
        f"witness one {format_vkey(one.verifier)} https://witness.example/one\n"
        f"witness two {format_vkey(two.verifier)}\n"
        "group both all one two\nquorum both\n"
    )
    checkpoint = cosigned(folder, log, policy)
    text = parse_note(checkpoint).text
    line: NoteSignature = parse_note(checkpoint).signatures[1]
    files: dict[str, bytes] = {
        "keys.json": as_json(key_vectors(writer)),
        "canonical-refused.json": as_json(refused_vectors()),
        "statement.json": entry.statement.raw,
        "statement.pae": signed_bytes(entry.statement.raw),
        "statement.sig": entry.signatures[0].sig,
        "passkey.json": as_json(passkey_vectors(signed_bytes(entry.statement.raw))),
        "entry.json": entry.raw,
        "entry.leaf-hash": entry.leaf_hash.hex().encode() + b"\n",
        "tree.json": json.dumps(tree_vectors()).replace("}, {", "},\n{").encode() + b"\n",
        "checkpoint": log.checkpoint(SIZE),
        "checkpoint.cosigned": checkpoint,
        "cosignature-ed25519.message": message_ed25519(TIME, text),
        "cosignature-ed25519.blob": line.blob,
        "cosignature-mldsa44.message": message_mldsa44(TIME, two.verifier.name, text),
        "policy": policy.encode(),
        "fingerprints.json": as_json(fingerprint_vectors(policy, hash_leaf(log.entries[0]))),
        "receipt": format_tlog_proof(INDEX, inclusion_proof(log.tree, INDEX, SIZE), checkpoint, entry.raw),
    }
    for name, data in files.items():
        write(folder / name, data)
    log.write_folder(folder / "log")
    write(folder / "log" / "checkpoint", checkpoint)
    write(folder / "trust" / "policy", policy.encode())
    write(folder / "trust" / "genesis", hash_leaf(log.entries[0]).hex().encode() + b"\n")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
