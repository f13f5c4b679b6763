"""What a dishonest host can't hide, by what the auditor holds: pinned key and genesis, an older checkpoint, nothing."""

from pathlib import Path

import pytest
from tests.dishonest import (
    altered,
    backdated,
    inserted,
    mixed,
    removed,
    replayed,
    rewritten,
    setting,
    swapped,
    truncated,
    with_signatures_of,
    with_statement,
)
from tests.verify.small_ledger import Key, Log, Writer, verify

from constancia.verify.report.findings import Fault, Report, Verdict
from constancia.verify.report.rendering import report_text


@pytest.fixture(scope="session")
def story() -> Writer:
    """Every entry in a batch of its own, so that each signer has seen all before."""
    return Writer().found().sign_agreement().report(14)


@pytest.fixture(scope="session")
def true(story: Writer) -> Log:
    return story.log()


def shown(log: Log, honest: Log, tmp_path: Path, kept: int | None = None) -> Report:
    """What an auditor finds who has pinned the honest log's key and genesis, and kept its checkpoint of a size."""
    trust = honest.write_trust(tmp_path / f"trust-{kept}", kept=kept)
    return verify(log.write_folder(tmp_path / f"shown-{kept}"), trust)


def first(report: Report) -> Fault:
    assert report.first is not None, report_text(report, "en")
    return report.first


def test_altered_entry_without_any_key_is_named(true: Log, tmp_path: Path) -> None:
    forged = altered(true, 20, true.entries[20].replace(b'"es":"El', b'"es":"Un'))
    assert first(shown(forged, true, tmp_path)).index == 20


@pytest.mark.parametrize("member", ["body.period", "occurred_on", "signed_at", "id", "mode", "stream"])
def test_2_rewritten_statement_is_named_by_its_signature(member: str, true: Log, tmp_path: Path) -> None:
    values = {
        "id": "00000000-0000-4000-8000-000000000001", "mode": "historical", "stream": "commitment/other",
        "signed_at": "2019-03-01T18:00:00Z",
    }  # fmt: skip
    raw = with_statement(true.entries[20], setting(member, values.get(member, "2018")))
    fault = first(shown(rewritten(true, 20, raw), true, tmp_path))
    assert (fault.index, fault.code) == (20, "signature")


@pytest.mark.parametrize("who", ["another signatory", "a stranger", "the log"])
def test_rewritten_statement_signed_by_somebody_else_is_named(
    who: str, story: Writer, true: Log, tmp_path: Path
) -> None:
    key = {"another signatory": story.people["nosc"], "a stranger": Key("stranger"), "the log": story.log_key.key}[who]
    raw = with_statement(true.entries[21], setting("body.period", "2018"), key)
    fault = first(shown(rewritten(true, 21, raw), true, tmp_path))
    assert (fault.index, fault.code) == (21, "actor" if who == "another signatory" else "key-unknown")


def test_rewriting_with_the_authors_help_is_named_by_the_next_signer(story: Writer, true: Log, tmp_path: Path) -> None:
    raw = with_statement(true.entries[21], setting("body.period", "2018"), story.people["sfp"])
    fault = first(shown(rewritten(true, 21, raw), true, tmp_path))
    assert (fault.index, fault.somewhere, fault.code) == (21, False, "seen")


def test_back_dated_entry_is_named_by_the_next_signer(true: Log, tmp_path: Path) -> None:
    fault = first(shown(backdated(true, 20, "2019-03-01T18:02:21.000Z"), true, tmp_path))
    assert (fault.index, fault.code) == (20, "seen")


@pytest.mark.parametrize("act", [removed, swapped])
def test_1_removed_or_swapped_entries_are_named_by_the_next_signer(act: object, true: Log, tmp_path: Path) -> None:
    forged = removed(true, 20) if act is removed else swapped(true, 20)
    fault = first(shown(forged, true, tmp_path))
    assert (fault.index, fault.code) == (20, "seen-ahead")


def test_inserted_entry_of_another_time_is_named(story: Writer, true: Log, tmp_path: Path) -> None:
    fault = first(shown(inserted(true, 20, true.entries[18]), true, tmp_path))
    assert fault.index == 20


def test_truncated_log_is_true_in_all_its_parts_and_is_named_by_a_kept_checkpoint(true: Log, tmp_path: Path) -> None:
    backup = truncated(true, 22)
    assert shown(backup, true, tmp_path).verdict is Verdict.INTACT
    fault = first(shown(backup, true, tmp_path, kept=true.size))
    assert (fault.index, fault.last_index, fault.code) == (22, true.size - 1, "rollback")


def test_truncated_log_is_named_by_a_receipt_beyond_its_end(true: Log, tmp_path: Path) -> None:
    receipt = true.receipt(true.size - 1)
    backup = truncated(true, 22)
    (tmp_path / "receipt").write_bytes(receipt)
    kept = backup.write_trust(tmp_path / "trust")
    # Both are sound, each by itself; together they show that the log went back.
    held = verify(tmp_path / "receipt", kept)
    served = verify(backup.write_folder(tmp_path / "shown"), kept)
    assert held.verdict is served.verdict is Verdict.INTACT
    assert held.size is not None
    assert served.size is not None
    assert held.size > served.size


def test_replayed_statement_is_named(true: Log, tmp_path: Path) -> None:
    report = shown(replayed(true, 20), true, tmp_path)
    assert first(report).index == true.size
    assert "statement-id" in {one.code for one in report.faults}


def test_statement_of_another_ledger_is_named(true: Log, tmp_path: Path) -> None:
    other = Writer("example.org/other", "other").found().sign_agreement().report(14).log()
    fault = first(shown(mixed(true, other, 20), true, tmp_path))
    assert fault.index == 20
    assert {one.code for one in shown(mixed(true, other, 20), true, tmp_path).faults} >= {"ledger", "key-unknown"}


def test_signature_moved_to_another_statement_is_named(true: Log, tmp_path: Path) -> None:
    raw = with_signatures_of(true.entries[20], true.entries[23])
    fault = first(shown(rewritten(true, 20, raw), true, tmp_path))
    assert (fault.index, fault.code) == (20, "signature")


def test_two_histories_are_both_sound_and_contradict_each_other(tmp_path: Path) -> None:
    common = Writer().found().sign_agreement().report(4)
    at = len(common.entries)
    left, right = Writer().found().sign_agreement().report(4), Writer().found().sign_agreement().report(4)
    left.as_person("sfp", "ProgressReported", "commitment/rm", {"told_to": "left"})
    right.as_person("sfp", "ProgressReported", "commitment/rm", {"told_to": "right"})
    one, two = left.report(3).log(), right.report(3).log()
    assert shown(one, one, tmp_path / "one").verdict is Verdict.INTACT
    assert shown(two, one, tmp_path / "two").verdict is Verdict.INTACT
    fault = first(shown(two, one, tmp_path / "both", kept=one.size))
    assert (fault.code, fault.somewhere) == ("fork", True)
    assert fault.last_index is not None
    assert at in range(fault.index or 0, fault.last_index + 1)


def test_statement_signed_in_one_history_contradicts_the_other(tmp_path: Path) -> None:
    left, right = Writer().found().report(4), Writer().found().report(4)
    at = len(left.entries)
    left.as_person("sfp", "ProgressReported", "commitment/rm", {"told_to": "left"})
    right.as_person("sfp", "ProgressReported", "commitment/rm", {"told_to": "right"})
    left.cut()
    right.cut()
    left.report(1)
    crossed = right.log().rehashed([*right.entries, left.entries[-1]])
    fault = first(shown(crossed, right.log(), tmp_path))
    assert (fault.index, fault.code) == (at, "seen")


def test_rewriting_the_end_is_open_until_somebody_keeps_a_checkpoint(true: Log, tmp_path: Path) -> None:
    last = true.size - 1
    forged = backdated(true, last, "2019-03-01T18:59:59.000Z")
    unseen = shown(forged, true, tmp_path)
    assert unseen.verdict is Verdict.INTACT
    assert [one.params["start"] for one in unseen.notes if one.code == "tail"] == [last]
    assert first(shown(forged, true, tmp_path, kept=true.size)).code == "fork"
