"""Writes the seeds that are missing: each is a real artefact of the small ledger, an opening, an authority, a monitor.

    PYTHONPATH=.import:. python -m tests.fuzz.seeds

A harness that has seeds keeps them: keys and signatures of some kinds are other bytes each time. Seeds are small: what
they lead to is found by `make fuzz`, whose own corpus is kept in a folder outside of the repository.
"""

import base64
import json
import re
import struct
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.domain.remarks.test_correction import correction
from tests.efirma_files import make_pair
from tests.fuzz.formats import passkey
from tests.fuzz.harness import CORPUS, place
from tests.fuzz.law import law_stage
from tests.fuzz.scene import LOG_KEY, PASSPHRASE, true_log, trust_path
from tests.ledger.authority import TestAuthority
from tests.ledger.opening.test_first_acts import invitation, offered
from tests.verify.small_ledger import Key, LogKey

from constancia.api.text.paper.links import permalink, proof_fragment
from constancia.ledger.keys.key_file import generate, save
from constancia.ledger.keys.note_keys import NoteKeys
from constancia.ledger.monitor.findings import JournalLine, LogFinding
from constancia.ledger.monitor.signed_heads import Told, format_heads
from constancia.ledger.opening.invitation import Invitation, write_invitation
from constancia.ledger.publication.trust_page import TrustPage
from constancia.ledger.submission import signed_document
from constancia.ledger.wire.composition import encode_bundle, format_contradiction
from constancia.ledger.wire.proofs import prefix_path
from constancia.ledger.witnesses.protocol import format_request
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.core.formats.dsse import pae
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.note import format_vkey

FORMS = ("ProgressReported", "ContestRaised", "DecisionProposed")
ROOT = Path(__file__).resolve().parents[2]
Seeds = Sequence[bytes]


def of_the_log() -> dict[str, Seeds]:
    """What a log publishes and what is handed in."""
    log = true_log()
    entries = [parse_entry(raw) for raw in log.entries]
    few = [entries[0], entries[1], entries[2], entries[-1]]
    signed = [signed_document(one.statement.raw, one.signatures) for one in few]
    wrapped = json.dumps(
        {"signatures": json.loads(signed[-1])["signatures"], "statement": few[-1].statement.raw.decode()}
    )
    folder = log.write_folder(place() / "seed-folder")
    notes = [(folder / "checkpoint").read_bytes(), log.checkpoint(7)]
    receipts = [log.receipt(20), log.receipt(3, 9)]
    bundle = next((folder / "tile" / "entries").rglob("*.p/*")).read_bytes()
    statements = [one.statement.raw for one in few]
    acts = [canonical({"type": one.statement.type, "body": one.statement.body}) for one in entries[::3]]
    return {
        "canonical-json": [*statements[1:3], b'{"a":[1,-2,true,null,"\\n\\"\\\\"]}', '{"a":"á漢字"}'.encode()],
        "statement": statements,
        "entry": [one.raw for one in few],
        "note": notes,
        "checkpoint": notes,
        "witness-request": [
            format_request(7, prefix_path(log.tree, 7, log.size), notes[0]),
            format_request(0, [], notes[1]),
        ],
        "witness-answer": [notes[0].split(b"\n\n")[1]],
        "witness-size": [b"17\n"],
        "tile": [encode_bundle(log.entries[:2]), bundle[:4_000], b"\x00\x02{}"],
        "tile-name": [b"tile/0/x001/x234/067.p/5", b"tile/entries/000", b"tile/63/x999/x999/x999/x999/x999/999"],
        "proof": receipts,
        "receipt": receipts,
        "receipt-by-mail": [*receipts[1:], b"From: a\nContent-Transfer-Encoding: base64\n\n" + _lines(receipts[1])],
        "any-file": [receipts[1], few[-1].raw, statements[1], b"<!doctype html><p>x"],
        "any-json": [statements[1], b'[1e5,{"a":null}]'],
        "foreign-file": [statements[1], b"%PDF-1.7", b"From: a@b\n\nhello", b"\xff\xfe{\x00", notes[0]],
        "signed": [*signed[1:], wrapped.encode()],
        "signed-by-mail": [signed[1] + b"\r\n \n"],
        "act": acts,
        "link": [(permalink("https://x.example", few[2].leaf_hash) + "#" + proof_fragment(receipts[0])).encode()],
    }


def _lines(data: bytes) -> bytes:
    return base64.encodebytes(data)


def of_trust() -> dict[str, Seeds]:
    """Policies, trust folders and pages, keys."""
    policy, genesis = ((trust_path() / name).read_bytes() for name in ("policy", "genesis"))
    page = TrustPage(publisher="NOSC", date="2026-01-01", policy=policy.decode(), genesis=genesis.decode().strip())
    html = page.html().encode()
    # Without the program: what is read are the elements of its head.
    start, stop = html.index(b"<head"), html.index(b"<script")
    keys = [format_vkey(LOG_KEY).encode()]
    return {
        "policy": [policy, policy.replace(b"quorum", b"group g any a\n# x\nquorum")],
        "trust-folder": [b"\x00".join((policy, genesis, true_log().checkpoint(9)))],
        "trust-page": [html[:start] + b"".join(_meta(html)) + html[stop : stop + 40]],
        "vkey": keys,
        "public-key": [bytes([0]) + LogKey("log").key.spki, bytes([1]) + passkey()[0].spki],
    }


def _meta(html: bytes) -> list[bytes]:
    return re.findall(rb'<meta name="constancia-[^>]*>', html)


def of_keys(folder: Path) -> dict[str, Seeds]:
    """Encrypted key files, an e.firma, an authority's certificates and token. All made here, for this alone."""
    save(generate(), folder / "key.pem", PASSPHRASE)
    NoteKeys.generate().save(folder / "note.pem", PASSPHRASE, "witness.example/w1")
    pair = make_pair(folder, secret=PASSPHRASE)
    authority = TestAuthority(folder / "tsa")
    key, signature, _ = passkey()
    assert key.rp_id is not None
    parts = (signature.authenticator_data or b"", signature.client_data or b"", signature.sig)
    (CORPUS / "authorities").mkdir(parents=True, exist_ok=True)
    return {
        "key-file": [(folder / "key.pem").read_bytes(), pair.key.read_bytes(), pair.cer.read_bytes()],
        "note-key-file": [(folder / "note.pem").read_bytes()],
        "certificate": [pair.cer.read_bytes(), authority.root.pem],
        "time-token": [authority.stamp(b"stamped")],
        "authorities": [authority.root.pem],
        "webauthn": [b"".join(struct.pack(">H", len(part)) + part for part in parts)],
    }


def of_monitors() -> dict[str, Seeds]:
    """What a monitor publishes, and what it keeps."""
    log = true_log()
    fork = log.signer.checkpoint(9, bytes(32))
    proof = format_contradiction([LOG_KEY], log.checkpoint(), fork, prefix_path(log.tree, 9, log.size))
    told = Told(origin=LOG_KEY.name, url="https://log.example", note=fork, verified=True, at="2026-01-01T00:00:00Z")
    event = JournalLine(
        url="https://log.example", origin=LOG_KEY.name, at="2026-01-01T00:00:00Z", is_found=True,
        finding=LogFinding(code="rollback", key="9", params={"size": 9}),
    )  # fmt: skip
    state: dict[str, Any] = {"format": 1, "url": "https://log.example", "origin": LOG_KEY.name, "size": 9}
    return {
        "contradiction": [proof],
        "heads": [format_heads([told], [proof]), proof, fork],
        "monitor-journal": [json.dumps(event.to_json()).encode() + b"\n"],
        "monitor-state": [json.dumps(state).encode()],
        "rollbacks": [
            b'{"format":"constancia/rollbacks@v1","items":[{"at":"x","reason":"r","root":"","seen":[],"size":1}]}'
        ],
        "anchor-index": [b"0" * 64 + b"  9/authority.tsr\n"],
    }


def of_people() -> dict[str, Seeds]:
    """Dates, questions, forms, the files of an opening."""
    answers = {"narrative.es": "Avance", "period": "2019-05", "commitment": "rm", "evidence.0.uri": "https://x.example"}
    opening = invitation()
    members = write_invitation(opening).strip()
    parties = [_party_file(str(invited.party), opening) for invited in opening.parties]
    statement = parse_entry(true_log().entries[0]).statement.raw
    parts = members, b",".join(parties), json.dumps([format_vkey(LOG_KEY)]).encode(), statement
    genesis = b'{"constancia":"genesis/1","opening":%b,"parties":[%b],"log":%b,"statement":%b}' % parts
    return {
        "dates": [b"2019", b"2019-02", b"2019-02-28/..", b"../2020-08-31", b"2019-03-01T18:00:00Z"],
        "question": [b"2019\x002019-03-01T00:00:00-06:00", b"2019-03-01\x00#7", b"#12\x002019-02"],
        "form": [f"{name}&{urlencode(answers)}".encode() for name in FORMS],
        "invitation": [members],
        "party-file": [members + b"\n" + parties[0]],
        "genesis-file": [genesis],
    }


def of_the_law() -> dict[str, Seeds]:
    """An act of each type of the demonstration's story, and some that name what the harness's state has."""
    story = json.loads((ROOT / "examples" / "process-2017-2025.json").read_bytes())
    acts = {act["type"]: {name: act[name] for name in ("type", "body", "occurred_on")} for act in story}
    stage = law_stage()
    entry = stage.entries[-1].leaf_hash
    item = {"entry": entry, "field": "body.evidence.0.uri"}
    request = {"cancellation": "x-1", "items": [item], "reason": {"es": "x"}}
    named = [
        {"type": "CancellationRequested", "body": request},
        {"type": "CorrectionRecorded", "body": correction(stage)},
    ]
    named += [{"type": one.statement["type"], "body": one.statement["body"]} for one in stage.entries[-12:]]
    small = [raw for act in acts.values() if len(raw := json.dumps(act, ensure_ascii=False).encode()) < 1_500]
    return {"judged": [json.dumps(act, ensure_ascii=False).encode() for act in named] + small}


def _party_file(party: str, opening: Invitation) -> bytes:
    members = offered(party, opening).to_json()
    root = Key(f"root {party}")
    members["root"], members["representative"]["key"] = root.material, Key(f"person {party}").material
    signature = root.private.sign(pae("application/vnd.constancia.party.v1+json", canonical(members)))
    return canonical({"constancia": "party/1", "signature": base64.b64encode(signature).decode(), **members})


def write_missing(name: str, seeds: Seeds) -> None:
    """Write a harness's seeds, where it has none."""
    folder = CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.iterdir()):
        for number, seed in enumerate(seeds):
            (folder / f"{number}").write_bytes(seed)


def main() -> None:
    """Write them."""
    with tempfile.TemporaryDirectory() as folder:
        made: list[Mapping[str, Seeds]] = [
            of_the_log(),
            of_trust(),
            of_keys(Path(folder)),
            of_monitors(),
            of_people(),
            of_the_law(),
        ]
    bundle = place() / "seed.zip"
    true_log().write_zip(bundle, place() / "seed-folder")
    made.append({"zip-bundle": [bundle.read_bytes()]})
    for part in made:
        for name, seeds in part.items():
            write_missing(name, seeds)


if __name__ == "__main__":
    main()
