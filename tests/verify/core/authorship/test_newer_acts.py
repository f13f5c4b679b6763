"""Yesterday's verifier on tomorrow's acts: not judged, never altered; what can be checked of them is (SPEC §7, D5)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.verify.small_ledger import PARTIES, TEXT, Key, Writer, verify

from constancia.verify.report.findings import Report, Verdict
from constancia.verify.report.rendering import report_text

REPORT = {"commitment": "rm", "narrative": {"es": TEXT}}
BODY = {"anything": [1, {"more": "text"}]}


def audited(writer: Writer, folder: Path) -> Report:
    log = writer.log(documents=())
    return verify(log.write_store(folder / "ledger.sqlite"), log.write_trust(folder / "trust"))


def by_root(writer: Writer) -> int:
    return writer.as_root("sfp", "PartyMerged", "party/sfp", BODY)


def by_representative(writer: Writer) -> int:
    return writer.as_person("sfp", "MilestoneSuspended", "commitment/rm", BODY)


def by_representative_on_a_seated_stream(writer: Writer) -> int:
    return writer.as_person("sfp", "AgreementAmended", "agreement/a", BODY)


def by_all_founders(writer: Writer) -> int:
    statement = writer.draft("LedgerClosed", "ledger", BODY, {"capacity": "founders"})
    return writer.record(statement, *(writer.roots[party].sign(statement) for party in PARTIES))


def by_root_with_another_schema(writer: Writer) -> int:
    return writer.as_root("sfp", "RepresentativeAppointed", "appointment/x", BODY, schema=99)


def by_representative_with_another_schema(writer: Writer) -> int:
    return writer.as_person("sfp", "ProgressReported", "commitment/rm", BODY, schema=65_535)


def by_a_key_of_a_newer_form(writer: Writer) -> int:
    key = Key("of tomorrow")
    body = {"key": key.key_id, "party": "sfp"}
    return writer.as_root("sfp", "KeyRegistered", f"key/{key.key_id}", body, schema=99, key=key)


NEWER = [
    by_root, by_representative, by_representative_on_a_seated_stream, by_all_founders, by_root_with_another_schema,
    by_representative_with_another_schema, by_a_key_of_a_newer_form,
]  # fmt: skip


@pytest.mark.parametrize("act", NEWER)
def test_act_newer_than_the_verifier_is_left_open_and_is_no_fault(act: Callable[[Writer], int], tmp_path: Path) -> None:
    writer = Writer().found()
    index = act(writer)
    writer.as_person("sfp", "ProgressReported", "commitment/rm", REPORT)
    report = audited(writer, tmp_path)
    assert report.verdict is Verdict.INCONCLUSIVE, report_text(report, "en")
    [remark] = [one for one in report.open if one.code == "newer-act"]
    assert (remark.params["index"], remark.params["count"]) == (index, 1)
    assert str(remark.params["type"]) in report_text(report, "es")


def test_what_follows_a_newer_act_is_judged_though_it_is_the_second_entry(tmp_path: Path) -> None:
    writer = Writer()
    writer.open()
    index = writer.as_root("sfp", "PartyMerged", "party/sfp", BODY)
    joined = {"organization": "unam", "party": "sfp", "since": "2019"}
    writer.as_root("sfp", "MemberOrganizationJoined", "party/sfp", joined)
    [remark] = [each for each in audited(writer, tmp_path).open if each.code == "newer-act"]
    assert (index, remark.params["index"], remark.params["count"]) == (1, 1, 1)


def test_several_newer_acts_are_counted_and_the_first_is_named(tmp_path: Path) -> None:
    writer = Writer().found()
    index = by_root(writer)
    by_representative(writer)
    [remark] = [one for one in audited(writer, tmp_path).open if one.code == "newer-act"]
    assert dict(remark.params) == {"index": index, "type": "PartyMerged", "count": 2}


@pytest.mark.parametrize("act", NEWER[:-1])
def test_signature_under_a_newer_act_is_checked(act: Callable[[Writer], int], tmp_path: Path) -> None:
    writer = Writer().found()
    thieves, people, roots = {party: Key("thief") for party in PARTIES}, writer.people, writer.roots
    for key, party in zip(thieves.values(), PARTIES, strict=True):
        key.key_id = people[party].key_id
    writer.people = thieves
    roots_of_thieves = {party: Key("thief") for party in PARTIES}
    for party, key in roots_of_thieves.items():
        key.key_id = roots[party].key_id
    writer.roots = roots_of_thieves
    index = act(writer)
    first = audited(writer, tmp_path).first
    assert first is not None
    assert (first.code, first.index) == ("signature", index)


def unknown_key(writer: Writer) -> object:
    return writer.people.update(sfp=Key("unknown"))


def revoked_key(writer: Writer) -> object:
    body = {"key": writer.people["sfp"].key_id, "reason": "lost"}
    return writer.as_root("sfp", "KeyRevoked", f"key/{writer.people['sfp'].key_id}", body)


def revoked_appointment(writer: Writer) -> object:
    body = {"appointment": "ap-sfp", "reason": {"es": TEXT}}
    return writer.as_root("sfp", "RepresentativeRevoked", "appointment/ap-sfp", body)


@pytest.mark.parametrize("spoil", [unknown_key, revoked_key, revoked_appointment])
def test_d4_what_a_newer_act_could_explain_is_not_judged_from_it_on(
    spoil: Callable[[Writer], object], tmp_path: Path
) -> None:
    writer = Writer().found()
    by_root(writer)
    spoil(writer)
    by_representative(writer)
    writer.as_person("sfp", "ProgressReported", "commitment/rm", REPORT)
    report = audited(writer, tmp_path)
    assert report.verdict is Verdict.INCONCLUSIVE, report_text(report, "en")


@pytest.mark.parametrize("spoil", [unknown_key, revoked_key, revoked_appointment])
def test_d4_before_it_everything_is_judged(spoil: Callable[[Writer], object], tmp_path: Path) -> None:
    writer = Writer().found()
    spoil(writer)
    index = writer.as_person("sfp", "ProgressReported", "commitment/rm", REPORT)
    by_root(writer)
    first = audited(writer, tmp_path).first
    assert first is not None
    assert first.index == index


def test_d4_an_act_on_what_a_newer_one_may_have_made_is_left_open(tmp_path: Path) -> None:
    writer = Writer().found()
    by_root(writer)
    writer.as_root("sfp", "RepresentativeRevoked", "appointment/ap-x", {"appointment": "ap-x", "reason": {"es": TEXT}})
    writer.as_root("sfp", "KeyEndorsed", f"key/{'0' * 64}", {"key": "0" * 64, "valid_from": "2019-01-01"})
    report = audited(writer, tmp_path)
    assert report.verdict is Verdict.INCONCLUSIVE, report_text(report, "en")


def test_actor_of_a_newer_act_is_the_one_that_the_key_belongs_to(tmp_path: Path) -> None:
    writer = Writer().found()
    index = writer.as_person("sfp", "MilestoneSuspended", "commitment/rm", BODY, actor=writer.actor("inai"))
    first = audited(writer, tmp_path).first
    assert first is not None
    assert (first.code, first.index) == ("actor", index)


def test_actor_of_a_newer_act_is_not_judged_where_several_sign_or_it_is_no_party(tmp_path: Path) -> None:
    writer = Writer().found()
    nobody = writer.draft("LedgerClosed", "ledger", BODY, {"capacity": "founders"})
    writer.record(nobody, writer.people["sfp"].sign(nobody))
    joint = writer.draft("LedgerClosed", "ledger", BODY, {"capacity": "root", "party": "nosc"})
    writer.record(joint, *(writer.roots[party].sign(joint) for party in PARTIES))
    assert audited(writer, tmp_path).faults == ()


def test_signatures_of_a_newer_act_are_checked_up_to_the_first_by_a_key_that_is_not_known(tmp_path: Path) -> None:
    writer = Writer().found()
    joint = writer.draft("LedgerClosed", "ledger", BODY, {"capacity": "founders"})
    known = writer.roots["sfp"].sign(joint)
    writer.record(joint, Key("unknown").sign(joint), known)
    assert audited(writer, tmp_path).faults == ()


def test_d4_signature_bytes_times_and_links_are_judged_after_it(tmp_path: Path) -> None:
    writer = Writer().found()
    by_root(writer)
    thief = Key("thief")
    thief.key_id = writer.people["sfp"].key_id
    index = writer.as_person("sfp", "ProgressReported", "commitment/rm", REPORT, key=thief)
    report = audited(writer, tmp_path)
    assert report.verdict is Verdict.ALTERED
    assert report.first is not None
    assert (report.first.code, report.first.index) == ("signature", index)


def test_genesis_of_a_newer_schema_is_left_open(tmp_path: Path) -> None:
    writer = Writer()
    draft = writer.draft
    writer.draft = lambda *args, **more: draft(*args, **more, schema=99)  # type: ignore[method-assign]
    writer.open()
    writer.draft = draft  # type: ignore[method-assign]
    writer.as_root("sfp", "MemberOrganizationJoined", "party/sfp", {"party": "sfp"})
    report = audited(writer, tmp_path)
    assert report.verdict is Verdict.INCONCLUSIVE, report_text(report, "en")
    [remark] = [one for one in report.open if one.code == "newer-act"]
    assert dict(remark.params) == {"index": 0, "type": "LedgerOpened", "count": 2}
