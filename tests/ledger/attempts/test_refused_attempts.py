"""Refused attempts: which are recorded, how much of them, and that nothing rests on the file."""

import hashlib
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.conftest import Desk
from tests.ledger.world import Key, Signed, World, evidence, text

from constancia.domain.catalogue import REGISTRY
from constancia.domain.kernel.problems import Problem, Refusal
from constancia.ledger.append.examiner import Submission
from constancia.ledger.attempts import refused_attempts as module
from constancia.ledger.attempts.refused_attempts import Attempt, Bounds, RefusedAttempts, are_signatures_valid
from constancia.ledger.errors import LedgerError, NotFound, ReadOnly
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.ledger import Ledger
from constancia.ledger.submission import parse_signed, signed_document
from constancia.verify.core.errors import Malformed, Unsupported
from constancia.verify.core.formats.signatures import Signature


def report(world: World, name: str = "r1", party: str = "inai", narrative: str = "Otra vez") -> Signed:
    """A report under an identifier that is taken: refused with E_DUPLICATE."""
    return world.says(
        party, "ProgressReported", "commitment/c1", commitment="c1", evidence=[evidence()], level="limited",
        narrative=text(narrative), period="2019-03", report=name,
    )  # fmt: skip


def refused(desk: Desk, signed: Signed) -> Exception:
    with pytest.raises((Refusal, Malformed)) as caught:
        desk.ledger.append(signed.parsed)
    return caught.value


def listed(ledger: Ledger) -> list[Attempt]:
    return ledger.refused.page(0, 1_000)


def test_refused_attempt_is_recorded_as_it_was_sent_with_what_it_was_judged_by(desk: Desk) -> None:
    signed = report(desk.world)
    error = refused(desk, signed)
    assert isinstance(error, Refusal)
    [attempt] = listed(desk.ledger)
    document = signed_document(signed.statement, signed.signatures)
    assert desk.ledger.refused.document(attempt.sha256) == document
    assert attempt.sha256 == hashlib.sha256(document).hexdigest()
    assert (attempt.code, attempt.rule, attempt.key) == (error.code, error.rule, desk.world.keys["inai"].key_id)
    assert attempt.judged_against["size"] == desk.ledger.size
    assert (attempt.type, attempt.stream, attempt.times) == ("ProgressReported", "commitment/c1", 1)
    assert attempt.first_at == "2019-03-01T12:00:00.000Z"
    assert are_signatures_valid(parse_signed(document), desk.parts.head.keys.get)


def test_body_of_another_form_is_an_attempt_too(desk: Desk) -> None:
    signed = desk.world.says("inai", "ProgressReported", "commitment/c1", commitment="c1", surprise="1")
    refused(desk, signed)
    assert [attempt.code for attempt in listed(desk.ledger)] == ["E_MALFORMED"]


def test_a1_what_strangers_send_leaves_no_row(desk: Desk) -> None:
    world, stranger = desk.world, Key()
    raw = report(world).statement
    bent = Signed(statement=raw, signatures=(world.keys["sfp"].sign(raw + b" "),))
    unknown = Signed(statement=raw, signatures=(stranger.sign(raw),))
    own, foreign = world.keys["inai"].sign(raw), stranger.sign(raw)
    borrowed = Signed(statement=raw, signatures=(Signature(key=own.key, sig=foreign.sig),))
    self_made = world.statement(
        "KeyRegistered",
        {"appointment": "ap-none", "key": stranger.key_id, "party": "inai", **stranger.material},
        stream=f"key/{stranger.key_id}",
        actor=world.actor("inai"),
    )
    for signed in (bent, unknown, borrowed, Signed(statement=self_made, signatures=(stranger.sign(self_made),))):
        refused(desk, signed)
    assert listed(desk.ledger) == []
    assert not LedgerFolder(desk.folder).refusals.exists()


def test_bad_signature_is_not_checked_once_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sends many would have the writer's thread do twice the work for each."""
    raw, checked = report(desk.world).statement, list[bytes]()
    own, foreign = desk.world.keys["inai"].sign(raw), Key().sign(raw)
    monkeypatch.setattr(module, "verify_signature", lambda _key, _signature, message: checked.append(message))
    refused(desk, Signed(statement=raw, signatures=(Signature(key=own.key, sig=foreign.sig),)))
    assert checked == []


def test_a1_statement_for_another_ledger_is_no_attempt_here(desk: Desk) -> None:
    other = desk.world.copy()
    other.origin = "example.org/another"
    assert refused(desk, report(other)).code == "E_LEDGER_MISMATCH"  # type: ignore[attr-defined]  # a Refusal
    assert listed(desk.ledger) == []


def test_a1_key_that_was_revoked_or_is_not_endorsed_is_still_known(founded: Desk) -> None:
    world, pending = founded.world, Key()
    founded.take(world.key_registered("sfp", pending))
    key = world.keys["inai"].key_id
    founded.take(world.root_says("inai", "KeyRevoked", f"key/{key}", key=key, reason="superseded"))
    refused(founded, report(world))
    raw = report(world, party="sfp").statement
    refused(founded, Signed(statement=raw, signatures=(pending.sign(raw),)))
    assert [attempt.code for attempt in listed(founded.ledger)] == ["E_KEY_REVOKED", "E_KEY_NOT_ACTIVE"]


def test_same_statement_again_is_one_row_with_a_count(desk: Desk) -> None:
    signed = report(desk.world)
    for _ in range(3):
        refused(desk, signed)
        desk.clock.advance(timedelta(minutes=1))
    [attempt] = listed(desk.ledger)
    assert (attempt.times, attempt.first_at[11:16], attempt.last_at[11:16]) == (3, "12:00", "12:02")


def test_attempts_survive_a_restart_and_are_readable_without_the_log_key(desk: Desk) -> None:
    refused(desk, report(desk.world))
    desk.reopen()
    refused(desk, report(desk.world, narrative="Y otra"))
    with Ledger.open(desk.folder, clock=desk.clock, signer=None) as reader:
        assert [attempt.number for attempt in listed(reader)] == [1, 2]


def small(desk: Desk, bounds: Bounds) -> RefusedAttempts:
    """A store of its own with small bounds, fed as the sequencer feeds the ledger's."""
    return RefusedAttempts(
        desk.folder / "small.sqlite", writable=True, keys=desk.parts.head.keys, clock=desk.clock, bounds=bounds
    )


def feed(attempts: RefusedAttempts, signed: Signed) -> None:
    refusal = Refusal(Problem(code="E_STATE", rule="a rule"), {"size": 1})
    attempts.record([(Submission(signed=signed.parsed), refusal)])


def counted(attempts: RefusedAttempts) -> dict[tuple[str, str], int]:
    return {(row["key"], row["reason"]): row["times"] for row in attempts.absent()}


def test_a2_oldest_go_by_number_and_by_bytes_and_are_counted(desk: Desk) -> None:
    key = desk.world.keys["inai"].key_id
    by_rows = small(desk, Bounds(rows=3))
    sent = [report(desk.world, narrative=f"n{place}") for place in range(5)]
    for signed in sent:
        feed(by_rows, signed)
    assert [attempt.number for attempt in by_rows.page(0, 10)] == [3, 4, 5]
    assert counted(by_rows) == {(key, "bound"): 2}
    by_rows.close()
    (desk.folder / "small.sqlite").unlink()
    length = len(signed_document(sent[0].statement, sent[0].signatures))
    by_size = small(desk, Bounds(size=2 * length))
    for signed in sent:
        feed(by_size, signed)
    assert [attempt.number for attempt in by_size.page(0, 10)] == [4, 5]
    by_size.close()


def test_a2_bounds_that_became_smaller_hold_from_the_next_attempt_on(desk: Desk) -> None:
    wide = small(desk, Bounds())
    for place in range(6):
        feed(wide, report(desk.world, narrative=f"n{place}"))
    wide.close()
    narrow = small(desk, Bounds(rows=2))
    assert narrow.count == 6
    feed(narrow, report(desk.world, narrative="n6"))
    assert [attempt.number for attempt in narrow.page(0, 10)] == [6, 7]
    assert counted(narrow) == {(desk.world.keys["inai"].key_id, "bound"): 5}
    narrow.close()


def test_a2_a_key_s_flood_takes_no_row_of_another_key(desk: Desk) -> None:
    attempts = small(desk, Bounds(rows_per_key=2))
    feed(attempts, report(desk.world, party="sfp"))
    for place in range(6):
        feed(attempts, report(desk.world, narrative=f"n{place}"))
    keys = [attempt.key for attempt in attempts.page(0, 10)]
    assert keys == [desk.world.keys["sfp"].key_id, *[desk.world.keys["inai"].key_id] * 2]
    attempts.close()


def test_a2_rate_of_a_key_is_bounded_and_what_was_left_out_is_counted(desk: Desk) -> None:
    attempts = small(desk, Bounds(per_minute=2))
    for place in range(5):
        feed(attempts, report(desk.world, narrative=f"n{place}"))
    feed(attempts, report(desk.world, party="sfp"))
    assert attempts.count == 3
    assert counted(attempts) == {(desk.world.keys["inai"].key_id, "rate"): 3}
    desk.clock.advance(timedelta(minutes=1))
    feed(attempts, report(desk.world, narrative="later"))
    assert attempts.count == 4
    attempts.close()


@pytest.mark.parametrize("content", [b"no database at all, but sixteen bytes and more", b""])
def test_a3_damaged_or_empty_file_changes_no_outcome(desk: Desk, content: bytes) -> None:
    LedgerFolder(desk.folder).refusals.write_bytes(content)
    assert isinstance(refused(desk, report(desk.world)), Refusal)
    desk.take(report(desk.world, name="r2"))
    if content:
        with pytest.raises(LedgerError, match="taken away"):
            desk.ledger.refused.page(0, 1)
    else:
        assert desk.ledger.refused.count == 1


def test_a3_file_that_is_another_s_can_be_taken_away_while_the_ledger_is_open(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, connect, made = LedgerFolder(desk.folder).refusals, sqlite3.connect, list[sqlite3.Connection]()

    def noted(*args: Any, **options: Any) -> sqlite3.Connection:
        made.append(connect(*args, **options))
        return made[-1]

    assert desk.ledger.refused.count == 0
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE something_else (name TEXT)")
    assert isinstance(refused(desk, report(desk.world)), Refusal)
    [record] = [record for record in caplog.records if f"recorded in {path}" in record.getMessage()]
    assert (record.levelname, bool(record.exc_info)) == ("WARNING", True)
    monkeypatch.setattr(sqlite3, "connect", noted)
    for _ in range(2):
        with pytest.raises(LedgerError, match="taken away"):
            listed(desk.ledger)
    assert made != []
    for connection in made:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")
    path.unlink()
    refused(desk, report(desk.world))
    assert desk.ledger.refused.count == 1


def test_file_is_closed_with_its_attempts(desk: Desk) -> None:
    attempts = small(desk, Bounds())
    feed(attempts, report(desk.world))
    connection = attempts._connect()
    assert connection is not None
    for _ in range(2):
        attempts.close()
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")


def test_removed_attempt_is_in_no_file_and_is_counted(desk: Desk) -> None:
    words = "palabras que nadie debe leer"
    refused(desk, report(desk.world, narrative=words))
    refused(desk, report(desk.world))
    [first, second] = listed(desk.ledger)
    files = [path for path in desk.folder.glob("refusals.sqlite*") if words.encode() in path.read_bytes()]
    assert files != []
    desk.ledger.refused.delete(first.sha256)
    assert [attempt.sha256 for attempt in listed(desk.ledger)] == [second.sha256]
    assert [row["reason"] for row in desk.ledger.refused.absent()] == ["operator"]
    assert [path for path in desk.folder.glob("refusals.sqlite*") if words.encode() in path.read_bytes()] == []
    with pytest.raises(NotFound):
        desk.ledger.refused.delete(first.sha256)
    connection = desk.ledger.refused._connect()
    assert connection is not None
    assert connection.execute("PRAGMA busy_timeout").fetchone()[0] == 10_000  # it waits for who reads them meanwhile


def test_what_is_not_there_is_not_removed_nor_by_who_only_reads(desk: Desk) -> None:
    empty = small(desk, Bounds())
    with pytest.raises(NotFound):
        empty.delete("0" * 64)
    refused(desk, report(desk.world))
    with pytest.raises(NotFound):
        desk.ledger.refused.document("0" * 64)
    path = LedgerFolder(desk.folder).refusals
    reader = RefusedAttempts(path, writable=False, keys=desk.parts.head.keys, clock=desk.clock)
    with pytest.raises(ReadOnly):
        reader.delete(listed(desk.ledger)[0].sha256)
    assert reader.count == desk.ledger.refused.count == 1
    reader.close()


def test_removal_says_where_its_bytes_are_still_in_use(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENT_MS", 10)
    refused(desk, report(desk.world))
    [attempt] = listed(desk.ledger)
    with closing(sqlite3.connect(LedgerFolder(desk.folder).refusals, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT COUNT(*) FROM attempts").fetchone()
        with pytest.raises(LedgerError, match="still has the bytes"):
            desk.ledger.refused.delete(attempt.sha256)
    assert desk.ledger.refused.count == 0


def test_change_that_fails_is_taken_back_and_the_next_one_is_made(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("disk is full")

    refused(desk, report(desk.world))
    [attempt] = listed(desk.ledger)
    with monkeypatch.context() as patch:
        patch.setattr(module, "count_absent", full)
        with pytest.raises(sqlite3.OperationalError):
            desk.ledger.refused.delete(attempt.sha256)
    assert desk.ledger.refused.count == 1
    desk.ledger.refused.delete(attempt.sha256)
    assert desk.ledger.refused.count == 0


def test_a1_scheme_that_can_not_be_checked_here_proves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: object) -> bool:
        raise Unsupported("mldsa44", "no library")

    signed = report(desk.world).parsed
    assert are_signatures_valid(signed, desk.parts.head.keys.get) is True
    monkeypatch.setattr(module, "verify_signature", unsupported)
    assert are_signatures_valid(signed, desk.parts.head.keys.get) is False


def test_a2_bounds_are_these() -> None:
    mebibyte = 1_048_576
    assert (Bounds().rows, Bounds().size, Bounds().rows_per_key) == (10_000, 64 * mebibyte, 500)
    assert (Bounds().size_per_key, Bounds().per_minute) == (4 * mebibyte, 30)


def test_what_is_shown_of_an_attempt_is_printable(desk: Desk) -> None:
    attempts = small(desk, Bounds())
    refusal = Refusal(Problem(code="E_STATE", rule="a\x1brule"), {"size": 1, "found": ["\u202e"]})
    attempts.record([(Submission(signed=report(desk.world).parsed), refusal)])
    [attempt] = attempts.page(0, 1)
    assert (attempt.rule, attempt.judged_against["found"]) == ("a\\x1brule", ["\\u202e"])
    attempts.close()


def test_file_holds_nothing_but_attempts(desk: Desk) -> None:
    """No address, no name of who sent: the file's tables are those that the page describes."""
    refused(desk, report(desk.world))
    with closing(sqlite3.connect(LedgerFolder(Path(desk.folder)).refusals)) as file:
        names = {row[1] for row in file.execute("PRAGMA table_info(attempts)")}
    assert names == {*Attempt.__slots__, "document"}


def test_file_waits_for_nobody_long_and_overwrites_what_is_removed(desk: Desk) -> None:
    attempts = small(desk, Bounds())
    feed(attempts, report(desk.world))
    connection = attempts._connect()
    assert connection is not None
    pragmas = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "secure_delete")}
    assert pragmas == {"journal_mode": "wal", "secure_delete": 1}
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 1
    assert connection.execute("PRAGMA busy_timeout").fetchone()[0] == 500
    attempts.close()
    with closing(sqlite3.connect(desk.folder / "small.sqlite")) as other:
        other.execute("PRAGMA journal_mode=DELETE")  # as a copy of it may be
    connection = attempts._connect()
    assert connection is not None
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    attempts.close()


PROTECTED_NAME = "Nombre de quien se protege"
COMPLAINT: dict[str, object] = {
    "against": ["sfp"], "complaint": "q1", "digest": f"sha256:{'0' * 64}", "kind": "complaint", "protected": True,
}  # fmt: skip
CANCELLATION: dict[str, object] = {
    "cancellation": "x1",
    "items": [],
    "received_on": "2019-03-01",
    "request": f"sha256:{'0' * 64}",
}
CORRECTION: dict[str, object] = {"new_value": "2019-03-04", "reason": text(PROTECTED_NAME), "target": "0" * 64}
CONFIDENTIAL: dict[str, tuple[str, str, dict[str, object]]] = {
    "protected, on a day": ("ComplaintFiled", "complaint/q1", COMPLAINT),
    "protected, with its text": ("ComplaintFiled", "complaint/q1", COMPLAINT | {"text": text(PROTECTED_NAME)}),
    "protection not said": ("ComplaintFiled", "complaint/q1", COMPLAINT | {"protected": PROTECTED_NAME}),
    "protection left out": (
        "ComplaintFiled", "complaint/q1", {name: COMPLAINT[name] for name in COMPLAINT if name != "protected"},
    ),
    "pseudonym": ("ComplaintFiled", "complaint/q1", COMPLAINT | {"protected": False, "pseudonym": PROTECTED_NAME}),
    "continues a protected one in the open": (
        "ComplaintFiled", "complaint/q1",
        {"against": ["sfp"], "complaint": "q1", "continues": "q0", "kind": "appeal", "protected": False,
         "text": text(PROTECTED_NAME)},
    ),
    "cancellation": ("CancellationRequested", "cancellation/x1", CANCELLATION),
    "cancellation by name": ("CancellationRequested", "cancellation/x1", CANCELLATION | {"applicant": PROTECTED_NAME}),
    "day of something": ("CorrectionRecorded", "correction/k1", CORRECTION | {"field": "occurred_on"}),
    "correction of a correction": ("CorrectionRecorded", "correction/k1", CORRECTION | {"field": "body.new_value"}),
}  # fmt: skip


@pytest.mark.parametrize("name", CONFIDENTIAL)
def test_a4_attempt_that_may_say_what_its_act_protects_is_only_counted(name: str, desk: Desk) -> None:
    type_name, stream, body = CONFIDENTIAL[name]
    statement = desk.world.statement(type_name, body, stream=stream, actor=desk.world.actor("inai"))
    key = desk.world.keys["inai"]
    signed = Signed(statement=statement, signatures=(key.sign(statement),))
    for _ in range(2):
        refused(desk, signed)
    assert listed(desk.ledger) == []
    assert desk.ledger.refused.absent() == [{"key": key.key_id, "reason": "confidential", "times": 2}]
    desk.ledger.close()
    assert all(PROTECTED_NAME.encode() not in path.read_bytes() for path in desk.folder.glob("refusals.sqlite*"))


def test_a4_complaint_in_the_open_is_an_attempt_like_any_other(desk: Desk) -> None:
    body = {"against": ["inai"], "complaint": "q1", "kind": "complaint", "protected": False, "text": text("Abierta")}
    statement = desk.world.statement("ComplaintFiled", body, stream="complaint/q1", actor=desk.world.actor("inai"))
    refused(desk, Signed(statement=statement, signatures=(desk.world.keys["inai"].sign(statement),)))
    assert [attempt.type for attempt in listed(desk.ledger)] == ["ComplaintFiled"]


def test_a4_type_that_seals_a_value_protects_somebody() -> None:
    """A new type that does not say so would publish its refused attempts."""
    protecting = {name for name, act in REGISTRY.items() if "is_confidential" in vars(act)}
    sealing = {name for name, act in REGISTRY.items() if "Sealed" in str(act.__annotations__)}
    assert sealing <= protecting == {"CancellationRequested", "ComplaintFiled", "CorrectionRecorded"}
