"""Whatever a source holds, the verifier answers with a report or says `Unreadable`: no other error, no endless work."""

import base64
import sqlite3
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.profile import sampled
from tests.verify.small_ledger import PARTIES, SCOPE, Key, Log, LogKey, Witness, Writer, verify, write

from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.note import MAX_NOTE_BYTES, format_vkey, key_hash, parse_note
from constancia.verify.report.findings import Report, Verdict
from constancia.verify.report.rendering import report_json, report_text
from constancia.verify.sources.published_log import MAX_BUNDLE_BYTES
from constancia.verify.sources.sqlite_store import SCHEMA
from constancia.verify.sources.zip_archive import Zip
from constancia.verify.trust.policy_file import MAX_POLICY_BYTES, parse_policy
from constancia.verify.wire.tiles import parse_bundle
from constancia.verify.wire.tlog_proof import HEADER, MAX_PROOF_BYTES, parse_tlog_proof

FUZZ = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=sampled(40, 1_000), deadline=None
)


def answer(path: Path, trust: Path | None = None) -> Report | None:
    """The report, both of its forms made; None if the source is unreadable."""
    try:
        report = verify(path, trust)
    except (Unreadable, Malformed):
        return None
    assert report_text(report, "es")
    assert report_json(report)
    return report


Edit = Callable[[bytes], bytes]
EDITS: st.SearchStrategy[Edit] = st.one_of(
    st.tuples(st.floats(0, 1), st.integers(1, 255)).map(lambda one: lambda raw: flipped(raw, *one)),
    st.tuples(st.floats(0, 1), st.binary(max_size=8)).map(lambda one: lambda raw: put(raw, *one)),
    st.tuples(st.floats(0, 1), st.floats(0, 1)).map(lambda one: lambda raw: raw[: int(one[0] * len(raw))]),
    st.tuples(st.floats(0, 1), st.integers(1, 90)).map(lambda one: lambda raw: cut(raw, *one)),
)


def flipped(raw: bytes, where: float, bits: int) -> bytes:
    at = int(where * (len(raw) - 1)) if raw else 0
    return raw[:at] + bytes(one ^ bits for one in raw[at : at + 1]) + raw[at + 1 :]


def put(raw: bytes, where: float, data: bytes) -> bytes:
    at = int(where * len(raw))
    return raw[:at] + data + raw[at + len(data) :]


def cut(raw: bytes, where: float, count: int) -> bytes:
    at = int(where * len(raw))
    return raw[:at] + raw[at + count :]


def edited(raw: bytes, edits: list[Edit]) -> bytes:
    for one in edits:
        raw = one(raw)
    return raw


@pytest.fixture(scope="module")
def packed(log: Log, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    root = tmp_path_factory.mktemp("packed")
    return log.write_zip(root / "a.zip", log.write_folder(root / "folder")).read_bytes()


@FUZZ
@given(edits=st.lists(EDITS, min_size=1, max_size=6))
def test_damaged_zip_is_read_or_unreadable(packed: bytes, edits: list[Edit], tmp_path: Path, trust: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(edited(packed, edits))
    answer(path, trust)
    try:
        archive = Zip(path)
    except Unreadable:
        return
    for name in archive.names():
        try:
            assert archive.read(name, 100_000) is not None
        except Unreadable:
            continue
    archive.close()


@FUZZ
@given(edits=st.lists(EDITS, min_size=1, max_size=4), index=st.sampled_from([0, 20]))
def test_damaged_receipt_is_never_intact_and_never_an_error(
    log: Log, edits: list[Edit], index: int, tmp_path: Path, trust: Path
) -> None:
    true = log.receipt(index)
    raw = edited(true, edits)
    (tmp_path / "receipt").write_bytes(raw)
    for anchor in (trust, None):
        report = answer(tmp_path / "receipt", anchor)
        assert raw == true or report is None or report.verdict is not Verdict.INTACT


CELLS = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.binary(max_size=80),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.sampled_from([b"\xff" * 64, "x" * 70_000]),
)  # fmt: skip
COLUMNS = [(table, column) for table, columns in SCHEMA.items() for column in columns]


@pytest.fixture(scope="module")
def bare(log: Log, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A store without types and constraints, which takes any value anywhere."""
    root = tmp_path_factory.mktemp("bare")
    store = log.write_store(root / "ledger.sqlite")
    with closing(sqlite3.connect(root / "bare.sqlite")) as db, db:
        db.execute("ATTACH ? AS true", (str(store),))
        for table, columns in SCHEMA.items():
            db.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
            db.execute(f"INSERT INTO {table} SELECT * FROM true.{table}")  # noqa: S608 - constants
    return (root / "bare.sqlite").read_bytes()


@FUZZ
@given(cells=st.lists(st.tuples(st.sampled_from(COLUMNS), st.integers(1, 12), CELLS), min_size=1, max_size=4))
def test_store_with_any_values_is_altered_or_unreadable(
    bare: bytes, cells: list[tuple[tuple[str, str], int, Any]], tmp_path: Path, trust: Path
) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(bare)
    with closing(sqlite3.connect(path)) as db, db:
        before = list(db.iterdump())
        for (table, column), row, value in cells:
            db.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (value, row))  # noqa: S608 - constants
        changed = before != list(db.iterdump())
    report = answer(path, trust)
    assert not changed or report is None or report.verdict is Verdict.ALTERED


NAMES = st.sampled_from(
    ["checkpoint", "tile/0/000.p/36", "tile/entries/000.p/36", "tile/0/000", "tile/1/000.p/9", "tile/entries/x001/000",
     "tile/entries/000", "documents/" + "0" * 64]
)  # fmt: skip


@FUZZ
@given(files=st.lists(st.tuples(NAMES, st.binary(max_size=300)), min_size=1, max_size=3))
def test_folder_with_any_files_is_read_or_unreadable(
    log: Log, files: list[tuple[str, bytes]], tmp_path: Path, trust: Path
) -> None:
    folder = log.write_folder(tmp_path / "folder")
    for name, data in files:
        write(folder / name, data)
    answer(folder, trust)
    for name, _ in files:
        (folder / name).unlink(missing_ok=True)


# What the directory's own types are made of, right and wrong: an operator can have anything signed.
IDS = st.sampled_from(["inai", "ap-sfp", "5", "", "p-sfp", Key(" person sfp").key_id, Key("x").key_id, "9999-12-31"])
ODD: st.SearchStrategy[Any] = st.one_of(
    IDS, st.none(), st.booleans(), st.integers(-1, 9), st.lists(IDS, max_size=2), st.just({"a": 1}),
    st.sampled_from(["webauthn", "ed25519", "2019", "../..", "..", "a/b", "2019-99"]), st.just([{"party": 1}]),
)  # fmt: skip
MEMBERS = st.dictionaries(
    st.sampled_from(
        ["appointment", "party", "key", "valid_from", "valid_until", "scope", "person", "capacity", "scheme", "rp_id",
         "origins", "public_key", "new_key", "compromised_since", "target", "verdict", "governance_body", "members"]
    ),
    ODD,
)  # fmt: skip
TYPES = (
    "RepresentativeAppointed", "RepresentativeRevoked", "KeyRegistered", "KeyEndorsed", "KeyRotated", "KeyRevoked",
    "KeyCompromised", "SignatureReaffirmed", "GovernanceBodyEstablished", "PartyWithdrew", "PartyReturned",
)  # fmt: skip


@FUZZ
@given(acts=st.lists(st.tuples(st.sampled_from(TYPES), st.booleans(), MEMBERS), min_size=1, max_size=4))
def test_directory_takes_any_body_without_an_error(acts: list[tuple[str, bool, Any]], tmp_path: Path) -> None:
    writer = Writer().found()
    sound = {
        "appointment": "ap-5", "party": "sfp", "person": "p-sfp", "capacity": "representative", "scope": SCOPE,
        "valid_from": "2019-01-01", "governance_body": "stt", "members": list(PARTIES), "verdict": "affirmed",
        "target": "0" * 64, "compromised_since": "2019", **Key("x").material, "key": Key("x").key_id,
    }  # fmt: skip
    for kind, root, changes in acts:
        body = sound | changes
        if root:
            writer.as_root("sfp", kind, "ledger", body)
        else:
            writer.as_person("sfp", kind, "ledger", body)
    writer.report(1)
    path = tmp_path / "ledger.sqlite"
    path.unlink(missing_ok=True)
    assert answer(writer.log().write_store(path)) is not None


def registered(changes: dict[str, Any], key: Key, *, appointment: str = "5") -> Writer:
    """A log in which a key registers itself with an odd member, is endorsed, and signs."""
    writer = Writer().found()
    writer.appoint("sfp", appointment=appointment, person="p-5")
    actor = {"appointment": appointment, "capacity": "representative", "party": "sfp", "person": "p-5"}
    body = {"appointment": appointment, "key": key.key_id, "party": "sfp", **key.material} | changes
    writer.as_person("sfp", "KeyRegistered", f"key/{key.key_id}", body, key=key, actor=actor)
    writer.endorse("sfp", key)
    writer.as_person("sfp", "ProgressReported", "commitment/rm", {}, key=key, actor=actor)
    return writer


@pytest.mark.parametrize(
    "changes",
    [{"appointment": 5}, {"appointment": ["5"]},
     {"scheme": "webauthn", "rp_id": 5, "origins": ["x"]}, {"scheme": "webauthn", "rp_id": ["x"]},
     {"origins": "x"}, {"scheme": 5}, {"public_key": 5}, {"public_key": "AAAA"}],
)  # fmt: skip
def test_key_with_an_odd_member_is_a_fault_at_its_registration(changes: dict[str, Any], tmp_path: Path) -> None:
    writer = registered(changes, Key("odd"))
    report = answer(writer.log().write_store(tmp_path / "ledger.sqlite"))
    assert report is not None
    assert report.first is not None
    assert report.first.index == 14


def small_order_vkey() -> str:
    public = b"\x01" + bytes(31)
    encoded = base64.b64encode(b"\x01" + public).decode()
    return f"x+{key_hash('x', 1, public).hex()}+{encoded}"


@pytest.mark.parametrize("log_key", ["", "x", 5, format_vkey(Witness("a").verifier), small_order_vkey(), None])
def test_log_key_that_is_none_is_a_fault_at_the_genesis(log_key: object, tmp_path: Path) -> None:
    writer = Writer()
    opened = writer.open
    draft = writer.draft

    def odd(kind: str, stream: str, body: dict[str, Any], actor: dict[str, str], **changes: Any) -> bytes:
        return draft(kind, stream, body | {"log_key": log_key}, actor, **changes)

    writer.draft = odd  # type: ignore[method-assign]
    opened()
    writer.draft = draft  # type: ignore[method-assign]
    log = writer.log()
    report = answer(log.write_store(tmp_path / "ledger.sqlite"))
    assert report is not None
    assert report.first is not None
    assert (report.first.index, report.verdict) == (0, Verdict.ALTERED)
    (tmp_path / "receipt").write_bytes(log.receipt(0))
    held = answer(tmp_path / "receipt")
    assert held is not None
    assert held.verdict is not Verdict.INTACT


@pytest.mark.parametrize("zone", ["", "Nowhere/Here", "../etc/passwd", "/etc/localtime", "America", "x" * 5_000])
def test_time_zone_that_is_none_leaves_days_open_and_is_no_error(zone: str, tmp_path: Path) -> None:
    writer = Writer()
    draft = writer.draft

    def odd(kind: str, stream: str, body: dict[str, Any], actor: dict[str, str], **changes: Any) -> bytes:
        return draft(kind, stream, body | ({"timezone": zone} if kind == "LedgerOpened" else {}), actor, **changes)

    writer.draft = odd  # type: ignore[method-assign]
    log = writer.found().log()
    report = answer(log.write_store(tmp_path / "ledger.sqlite"), log.write_trust(tmp_path / "trust"))
    assert report is not None
    assert (report.verdict, [one.code for one in report.open]) == (Verdict.INCONCLUSIVE, ["no-time-zone"])


@pytest.mark.parametrize(
    ("parse", "raw"),
    [
        (parse_note, b"\n" * MAX_NOTE_BYTES),
        (parse_note, b"x\n\n" + b"\xe2\x80\x94 a AAAAAAA=\n" * (MAX_NOTE_BYTES // 15 - 9)),
        (parse_tlog_proof, HEADER.encode() + b"\na" * (MAX_PROOF_BYTES // 2 - 20) + b"\n\n"),
        (parse_bundle, bytes(MAX_BUNDLE_BYTES)),
        (lambda raw: parse_policy(raw.decode()), b"a\n" * (MAX_POLICY_BYTES // 2)),
        (lambda raw: parse_policy(raw.decode()), f"log {format_vkey(LogKey().verifier)}\n".encode() + b"#\n" * 400_000),
    ],
)  # fmt: skip
def test_largest_input_is_refused_in_bounded_memory(parse: Callable[[bytes], object], raw: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Malformed):
            parse(raw)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100 * 1024 * 1024
