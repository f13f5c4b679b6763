"""Authorship at an index, rule by rule of SPEC §7."""

import base64
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.rows import each_row
from tests.verify.small_ledger import PARTIES, SCOPE, TEXT, Key, Writer, verify

from constancia.verify.core.authorship.directory import Directory
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.report.findings import Fault, Report, Verdict
from constancia.verify.report.rendering import report_text

REPORT = {"commitment": "rm", "narrative": {"es": TEXT}}


def audited(writer: Writer, tmp_path: Path) -> Report:
    log = writer.log(documents=())
    return verify(log.write_store(tmp_path / "ledger.sqlite"), log.write_trust(tmp_path / "trust"))


def only_fault(writer: Writer, tmp_path: Path) -> Fault:
    report = audited(writer, tmp_path)
    assert report.faults_total == 1, report_text(report, "en")
    assert report.first is not None
    return report.first


def act(writer: Writer, **changes: Any) -> int:
    return writer.as_person("sfp", "ProgressReported", "commitment/rm", REPORT, **changes)


def test_founding_and_first_acts_are_intact(tmp_path: Path) -> None:
    writer = Writer().found().sign_agreement().report(4)
    writer.report(1)
    report = audited(writer, tmp_path)
    assert report.faults == ()
    assert report.checked["L2"]["signatures"] == 21 + 2  # genesis has three


def test_1_signature_by_another_key_than_it_names_is_a_fault(tmp_path: Path) -> None:
    writer = Writer().found()
    statement = writer.draft("ProgressReported", "commitment/rm", REPORT, writer.actor("sfp"))
    forged = Key("thief").sign(statement)
    index = writer.record(statement, type(forged)(key=writer.people["sfp"].key_id, sig=forged.sig))
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code, fault.field) == (index, "signature", "signatures[0].sig")


def test_1_two_signatures_on_an_ordinary_entry_are_a_fault(tmp_path: Path) -> None:
    writer = Writer().found()
    statement = writer.draft("ProgressReported", "commitment/rm", REPORT, writer.actor("sfp"))
    index = writer.record(statement, *(writer.people[party].sign(statement) for party in PARTIES[:2]))
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code, fault.expected, fault.found) == (index, "signature-count", "1", "2")


def test_1_genesis_without_one_founders_signature_is_a_fault(tmp_path: Path) -> None:
    writer = Writer()
    writer.open()
    from_two = writer.entries.pop()
    other = Writer()
    other.open()
    entry = parse_entry(from_two)
    other.entries.clear()
    other.tree.truncate(0)
    other.record(entry.statement.raw, *entry.signatures[:2])
    fault = only_fault(other, tmp_path)
    assert (fault.index, fault.code) == (0, "signature-count")


def test_2_unknown_key_is_a_fault(tmp_path: Path) -> None:
    writer = Writer().found()
    index = act(writer, key=Key("stranger"))
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code) == (index, "key-unknown")


def test_2_registered_key_without_endorsement_is_not_active(tmp_path: Path) -> None:
    writer = Writer().found()
    new = Key("new")
    writer.register("sfp", new)
    index = act(writer, key=new)
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code, fault.found) == (index, "key-state", "pending")


@pytest.mark.parametrize(
    ("kind", "body", "state"),
    [
        ("KeyRevoked", {"reason": "ceased_post"}, "revoked"),
        ("KeyCompromised", {"compromised_since": "2019-04"}, "compromised"),
    ],
)
def test_2_key_ended_by_its_root_no_longer_signs(kind: str, body: dict[str, str], state: str, tmp_path: Path) -> None:
    writer = Writer().found()
    key = writer.people["sfp"].key_id
    writer.as_root("sfp", kind, f"key/{key}", body | {"key": key})
    index = act(writer)
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code, fault.found) == (index, "key-state", state)


def test_2_compromised_key_that_is_revoked_as_well_stays_compromised(tmp_path: Path) -> None:
    writer = Writer().found()
    key = writer.people["sfp"].key_id
    writer.as_root("sfp", "KeyCompromised", f"key/{key}", {"compromised_since": "2019-04", "key": key})
    writer.as_root("sfp", "KeyRevoked", f"key/{key}", {"key": key, "reason": "lost"})
    act(writer)
    assert only_fault(writer, tmp_path).found == "compromised"


def test_2_rotated_key_is_retired_and_the_new_one_signs(tmp_path: Path) -> None:
    writer = Writer().found()
    old, new = writer.people["sfp"].key_id, Key("new")
    writer.as_person("sfp", "KeyRotated", f"key/{old}", {"key": old, "new_key": new.key_id})
    writer.register("sfp", new)
    writer.endorse("sfp", new)
    act(writer, key=new)
    index = act(writer)
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code, fault.found) == (index, "key-state", "retired")


def test_2_day_after_the_endorsement_ends_is_a_fault(tmp_path: Path) -> None:
    writer = Writer().found()
    new = Key("short")
    writer.register("sfp", new)
    writer.endorse("sfp", new, valid_until="2019-02-28")
    index = act(writer, key=new)
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code, fault.found) == (index, "key-period", "2019-03-01")


def test_2_day_is_counted_in_the_ledgers_zone(tmp_path: Path) -> None:
    writer = Writer().found()
    new = Key("short")
    writer.register("sfp", new)
    writer.endorse("sfp", new, valid_until="2019-03-01")
    writer.now = writer.now.replace(day=2, hour=5, minute=50)  # 23:50 of 1 March in Mexico City
    act(writer, key=new)
    assert audited(writer, tmp_path).faults == ()


@each_row(
    ("recorded_at", "day"),
    [
        ("2019-03-02T05:59:59.999Z", "2019-03-01"), ("2019-03-02T06:00:00.000Z", "2019-03-02"),
        ("2019-02-30T05:00:00.000Z", "2019-02-30"), ("0001-01-01T05:00:00.000Z", "0001-01-01"),
    ],
)  # fmt: skip
def test_2_day_is_that_of_the_zone_or_where_there_is_no_such_instant_the_one_that_is_written(
    recorded_at: str, day: str
) -> None:
    directory = Directory(lambda name: ZoneInfo(name) if name.startswith("America/") else None)
    assert directory.day_of(recorded_at) is None
    directory.set_zone("America/Mexico_City")
    assert directory.day_of(recorded_at) == day
    directory.set_zone("Nowhere")
    assert directory.day_of(recorded_at) is None


@each_row(
    ("zone", "last"),
    [
        ("America/St_Johns", "2019-03-02T03:29:59.999Z"), ("Asia/Kathmandu", "2019-03-01T18:14:59.999Z"),
        ("Asia/Kolkata", "2019-03-01T18:29:59.999Z"), ("Pacific/Chatham", "2019-03-01T10:14:59.999Z"),
    ],
)  # fmt: skip
def test_2_day_ends_within_an_hour_where_the_zones_offset_has_minutes(zone: str, last: str) -> None:
    directory = Directory(ZoneInfo)
    directory.set_zone(zone)
    first = f"{datetime.fromisoformat(last) + timedelta(milliseconds=1):%Y-%m-%dT%H:%M:%S.000Z}"
    assert (directory.day_of(last), directory.day_of(first)) == ("2019-03-01", "2019-03-02")


def test_2_key_is_registered_once(tmp_path: Path) -> None:
    writer = Writer().found()
    index = len(writer.entries)
    writer.register("sfp")
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code) == (index, "directory")


def test_2_key_is_endorsed_once(tmp_path: Path) -> None:
    writer = Writer().found()
    index = len(writer.entries)
    writer.endorse("sfp")
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code, fault.expected) == (index, "directory", "a pending key")


def test_3_actor_of_another_party_is_a_fault(tmp_path: Path) -> None:
    writer = Writer().found()
    index = act(writer, actor=writer.actor("nosc"))
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code, fault.field) == (index, "actor", "statement.actor")


@pytest.mark.parametrize("member", ["capacity", "person", "appointment"])
def test_3_actor_with_one_other_member_is_a_fault(member: str, tmp_path: Path) -> None:
    writer = Writer().found()
    index = act(writer, actor=writer.actor("sfp") | {member: "another"})
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code) == (index, "actor")


def test_4_revoked_appointment_no_longer_signs(tmp_path: Path) -> None:
    writer = Writer().found()
    body = {"appointment": "ap-sfp", "reason": {"es": "baja"}}
    writer.as_root("sfp", "RepresentativeRevoked", "appointment/ap-sfp", body)
    index = act(writer)
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code, fault.found) == (index, "appointment", "revoked")


def test_4_appointment_that_has_ended_no_longer_signs(tmp_path: Path) -> None:
    writer = Writer()
    writer.open()
    writer.appoint("sfp", valid_until="2019-02-28")
    writer.register("sfp")
    writer.endorse("sfp")
    index = act(writer)
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code) == (index, "appointment")


def test_4_type_outside_the_scope_is_a_fault(tmp_path: Path) -> None:
    writer = Writer().found()
    index = writer.as_person("sfp", "CommitmentAdopted", "commitment/rm", REPORT)
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code) == (index, "scope")


def test_4_key_ends_itself_without_any_scope_by_revocation_alone(tmp_path: Path) -> None:
    writer = Writer()
    writer.open()
    writer.appoint("sfp", scope=[])
    writer.register("sfp")
    writer.endorse("sfp")
    key, other = writer.people["sfp"].key_id, writer.roots["nosc"].key_id
    rotated = writer.as_person("sfp", "KeyRotated", f"key/{key}", {"key": key, "new_key": Key("new").key_id})
    revoked = writer.as_person("sfp", "KeyRevoked", f"key/{other}", {"key": other, "reason": "lost"})
    faults = [(fault.index, fault.code) for fault in audited(writer, tmp_path).faults]
    assert faults == [(rotated, "scope"), (revoked, "scope"), (revoked, "authority")]


def test_4_unknown_type_in_the_scope_is_no_fault(tmp_path: Path) -> None:
    writer = Writer()
    writer.open()
    writer.appoint("sfp", scope=[*SCOPE, "TypeOfTheFuture"])
    writer.register("sfp")
    writer.endorse("sfp")
    writer.as_person("sfp", "TypeOfTheFuture", "future/f-1", {"anything": 1})
    assert audited(writer, tmp_path).faults == ()


def test_4_appointment_id_is_used_once(tmp_path: Path) -> None:
    writer = Writer().found()
    index = len(writer.entries)
    writer.appoint("sfp")
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code) == (index, "directory")


def test_5_root_signs_no_ordinary_act(tmp_path: Path) -> None:
    writer = Writer().found()
    index = writer.as_root("sfp", "ProgressReported", "commitment/rm", REPORT)
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code) == (index, "root-act")


def test_5_representative_does_not_appoint_even_with_the_scope(tmp_path: Path) -> None:
    writer = Writer()
    writer.open()
    writer.appoint("sfp", scope=[*SCOPE, "KeyEndorsed"])
    writer.register("sfp")
    writer.endorse("sfp")
    new = Key("new")
    writer.register("sfp", new)
    body = {"key": new.key_id, "valid_from": "2019-01-01"}
    index = writer.as_person("sfp", "KeyEndorsed", f"key/{new.key_id}", body)
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code) == (index, "root-act")


def test_5_root_does_not_appoint_for_another_party(tmp_path: Path) -> None:
    writer = Writer().found()
    body = {
        "appointment": "ap-2", "capacity": "head", "name": "x", "party": "nosc", "person": "p-2",
        "post": {"es": "x"}, "scope": SCOPE, "valid_from": "2019-01-01",
    }  # fmt: skip
    index = writer.as_root("sfp", "RepresentativeAppointed", "appointment/ap-2", body)
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code, fault.field) == (index, "authority", "statement.body.party")


def test_5_root_does_not_endorse_another_partys_key(tmp_path: Path) -> None:
    writer = Writer().found()
    new = Key("new")
    writer.register("nosc", new)
    body = {"key": new.key_id, "valid_from": "2019-01-01"}
    index = writer.as_root("sfp", "KeyEndorsed", f"key/{new.key_id}", body)
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code, fault.field) == (index, "authority", "statement.body.key")


def test_5_founders_root_endorses_a_new_root(tmp_path: Path) -> None:
    writer = Writer().found()
    new = Key("root of academia")
    body = {"key": new.key_id, "party": "academia", **new.material}
    statement = writer.draft("KeyRegistered", f"key/{new.key_id}", body, {"capacity": "root", "party": "academia"})
    writer.record(statement, new.sign(statement))
    endorsement = {"key": new.key_id, "valid_from": "2019-01-01"}
    writer.as_root("inai", "KeyEndorsed", f"key/{new.key_id}", endorsement)
    joined = {"organization": "unam", "party": "academia", "since": "2019"}
    writer.as_root("academia", "MemberOrganizationJoined", "party/academia", joined, key=new)
    assert audited(writer, tmp_path).faults == ()


@pytest.mark.parametrize("party", ["nosc", "academia"])
def test_5_founder_makes_itself_no_root_of_a_party_that_has_one(party: str, tmp_path: Path) -> None:
    writer = Writer().found()
    index = -1
    for number, new in enumerate((Key("first root"), Key("forged root"))):
        body = {"key": new.key_id, "party": party, **new.material}
        statement = writer.draft("KeyRegistered", f"key/{new.key_id}", body, {"capacity": "root", "party": party})
        writer.record(statement, new.sign(statement))
        endorsement = {"key": new.key_id, "valid_from": "2019-01-01"}
        index = writer.as_root("inai", "KeyEndorsed", f"key/{new.key_id}", endorsement)
        if party == "nosc" or number:
            break
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code, fault.field) == (index, "authority", "statement.body.key")


def new_root(writer: Writer, party: str, name: str, endorsing: tuple[str, ...], schema: int, **period: str) -> int:
    """A key presents itself as a party's root, and others endorse it; gives the index of the last endorsement."""
    new, index = Key(name), -1
    body, actor = {"key": new.key_id, "party": party, **new.material}, {"capacity": "root", "party": party}
    statement = writer.draft("KeyRegistered", f"key/{new.key_id}", body, actor, schema=schema)
    writer.record(statement, new.sign(statement))
    for founder in endorsing:
        endorsed = {"key": new.key_id, **period}
        index = writer.as_root(founder, "KeyEndorsed", f"key/{new.key_id}", endorsed, schema=schema)
    return index


@pytest.mark.parametrize(
    ("schema", "until", "is_fault"),
    [(1, "2018-12-31", True), (2, "2018-12-31", False), (2, "2019-02-28", False), (2, "2019-03-01", True)],
)
def test_5_root_whose_period_is_over_is_in_nobodys_way_since_the_second_edition(
    schema: int, until: str, is_fault: bool, tmp_path: Path
) -> None:
    writer = Writer().found()
    new_root(writer, "academia", "first root", ("inai",), schema, valid_from="2018-01-01", valid_until=until)
    index = new_root(writer, "academia", "second root", ("inai",), schema, valid_from="2019-01-01")
    expected = [(index, "authority")] if is_fault else []
    assert [(fault.index, fault.code) for fault in audited(writer, tmp_path).faults] == expected


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("2019-03-01", "2019-03-01", None),
        ("2019-03-02", "2019-03-03", "key-period"),
        ("2019-02-27", "2019-02-28", "key-period"),
    ],
)
def test_2_key_may_sign_from_the_first_day_of_its_period_to_the_last(
    first: str, last: str, code: str | None, tmp_path: Path
) -> None:
    writer = Writer().found()
    new_root(writer, "academia", "root", ("inai",), 1, valid_from=first, valid_until=last)
    joined = {"organization": "unam", "party": "academia", "since": "2019"}
    index = writer.as_root("academia", "MemberOrganizationJoined", "party/academia", joined, key=Key("root"))
    assert b'"recorded_at":"2019-03-01T' in writer.entries[index]
    expected = [] if code is None else [(index, code)]
    assert [(fault.index, fault.code) for fault in audited(writer, tmp_path).faults] == expected


@pytest.mark.parametrize("schema", [1, 2])
def test_5_founder_endorses_no_representatives_key_of_a_party_without_a_root(schema: int, tmp_path: Path) -> None:
    writer = Writer().found()
    root, new = writer.roots["nosc"].key_id, Key("new")
    writer.register("nosc", new)
    writer.as_root("nosc", "KeyRevoked", f"key/{root}", {"key": root, "reason": "lost"})
    endorsed = {"key": new.key_id, "valid_from": "2019-01-01"}
    index = writer.as_root("inai", "KeyEndorsed", f"key/{new.key_id}", endorsed, schema=schema)
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code) == (index, "authority")


@pytest.mark.parametrize("schema", [1, 2])
def test_5_party_that_is_no_founder_endorses_no_root_of_another(schema: int, tmp_path: Path) -> None:
    writer = Writer().found()
    new_root(writer, "academia", "root", ("inai",), schema, valid_from="2019-01-01")
    writer.roots["academia"] = Key("root")
    index = new_root(writer, "unam", "second root", ("academia",), schema, valid_from="2019-01-01")
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code) == (index, "authority")


@pytest.mark.parametrize(("schema", "is_fault"), [(1, True), (2, False)])
def test_5_founder_without_a_root_gets_one_from_others_since_the_second_edition(
    schema: int, is_fault: bool, tmp_path: Path
) -> None:
    writer = Writer().found()
    root = writer.roots["nosc"].key_id
    writer.as_root("nosc", "KeyRevoked", f"key/{root}", {"key": root, "reason": "lost"})
    index = new_root(writer, "nosc", "second root", ("inai",), schema, valid_from="2019-01-01")
    expected = [(index, "authority")] if is_fault else []
    assert [(fault.index, fault.code) for fault in audited(writer, tmp_path).faults] == expected


@each_row("kind", ["KeyEndorsed", "KeyRotated", "KeyRevoked", "KeyCompromised"])
def test_act_about_a_key_that_is_not_registered_has_no_effect_even_where_it_was_not_checked(kind: str) -> None:
    writer, directory = Writer(), Directory(lambda _: None)
    writer.as_root("sfp", kind, f"key/{'0' * 64}", {"key": "0" * 64})
    with pytest.raises(Malformed, match="a registered key"):
        directory.apply(parse_entry(writer.entries[0]))


@pytest.mark.parametrize("kind", ["KeyRevoked", "KeyCompromised"])
def test_5_founder_ends_no_other_partys_root(kind: str, tmp_path: Path) -> None:
    writer = Writer().found()
    key = writer.roots["nosc"].key_id
    body = {"key": key, "reason": "lost"} if kind == "KeyRevoked" else {"compromised_since": "2019", "key": key}
    index = writer.as_root("inai", kind, f"key/{key}", body)
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code, fault.field) == (index, "authority", "statement.body.key")


def test_5_key_revokes_itself_without_any_scope(tmp_path: Path) -> None:
    writer = Writer().found()
    key = writer.people["sfp"].key_id
    writer.as_person("sfp", "KeyRevoked", f"key/{key}", {"key": key, "reason": "lost"})
    assert audited(writer, tmp_path).faults == ()


@pytest.mark.parametrize(("kind", "codes"), [("KeyRevoked", ["actor"]), ("KeyCompromised", ["actor", "authority"])])
def test_5_root_that_ends_itself_under_anothers_name_is_wrong_in_its_name_alone(
    kind: str, codes: list[str], tmp_path: Path
) -> None:
    writer = Writer().found()
    key = writer.roots["sfp"]
    body = (
        {"key": key.key_id, "reason": "lost"}
        if kind == "KeyRevoked"
        else {"compromised_since": "2019", "key": key.key_id}
    )
    writer.as_root("nosc", kind, f"key/{key.key_id}", body, key=key)
    assert [fault.code for fault in audited(writer, tmp_path).faults] == codes


def test_5_representative_revokes_no_other_key(tmp_path: Path) -> None:
    writer = Writer()
    writer.open()
    for party in ("sfp", "nosc"):
        writer.appoint(party, scope=[*SCOPE, "KeyRevoked"])
        writer.register(party)
        writer.endorse(party)
    key = writer.people["nosc"].key_id
    index = writer.as_person("sfp", "KeyRevoked", f"key/{key}", {"key": key, "reason": "lost"})
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code) == (index, "authority")


def test_6_agreement_before_the_body_is_established_by_all_is_a_fault(tmp_path: Path) -> None:
    writer = Writer().found()
    writer.entries.pop()  # the last member's entry is taken back
    writer.tree.truncate(len(writer.entries))
    writer.cuts = [cut for cut in writer.cuts if cut <= len(writer.entries)]
    index = len(writer.entries)
    body = {"agreement": "ag-1", "docset": "sha256:" + "0" * 64, "version": 1}
    writer.as_person("sfp", "AgreementSigned", "agreement/ag-1", body)
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code) == (index, "seat")


def withdrawn(writer: Writer) -> Writer:
    body = {"effective": "2017-05", "governance_body": "stt", "grounds": {"es": "…"}, "party": "nosc"}
    writer.as_root("nosc", "PartyWithdrew", "governance/stt", body)
    return writer


def vote(writer: Writer, party: str) -> int:
    body = {"choice": "for", "decision": "d-1", "digest": "sha256:" + "0" * 64}
    return writer.as_person(party, "VoteCast", "decision/d-1", body)


def test_6_withdrawn_party_holds_no_seat(tmp_path: Path) -> None:
    writer = withdrawn(Writer().found())
    vote(writer, "sfp")
    index = vote(writer, "nosc")
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code) == (index, "seat")


def test_6_return_takes_effect_with_the_last_members_entry(tmp_path: Path) -> None:
    writer = withdrawn(Writer().found())
    body = {"conditions": {"es": "…"}, "effective": "2019-03-01", "governance_body": "stt", "party": "nosc"}
    writer.as_root("nosc", "PartyReturned", "governance/stt", body)
    writer.as_person("inai", "PartyReturned", "governance/stt", body)
    early = vote(writer, "nosc")
    writer.as_person("sfp", "PartyReturned", "governance/stt", body)
    vote(writer, "nosc")
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code) == (early, "seat")


def test_7_statement_of_another_ledger_is_a_fault(tmp_path: Path) -> None:
    writer = Writer().found()
    index = act(writer, ledger="example.org/other")
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code) == (index, "ledger")


def test_7_id_used_twice_is_a_fault(tmp_path: Path) -> None:
    writer = Writer().found()
    act(writer, id="00000000-0000-4000-8000-000000000001")
    writer.cut()
    act(writer)
    log = writer.log()
    index = act(writer, id="00000000-0000-4000-8000-000000000001")
    # The store itself refuses the second one; a published log does not.
    log = writer.log(documents=())
    report = verify(log.write_folder(tmp_path / "published"), log.write_trust(tmp_path / "trust"))
    assert report.first is not None
    assert (report.faults_total, report.first.index, report.first.code) == (1, index, "statement-id")


@pytest.mark.parametrize(("late_s", "faults"), [(300, 0), (301, 1)])
def test_7_statement_signed_after_it_was_recorded_is_a_fault(late_s: int, faults: int, tmp_path: Path) -> None:
    writer = Writer().found()
    recorded = writer.now + timedelta(seconds=7)
    act(writer, signed_at=(recorded + timedelta(seconds=late_s)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    report = audited(writer, tmp_path)
    assert [one.code for one in report.faults] == ["signed-at"] * faults


def test_8_signature_since_the_compromise_is_suspect_and_no_fault(tmp_path: Path) -> None:
    writer = Writer().found()
    index = act(writer)
    key = writer.people["sfp"].key_id
    body = {"compromised_since": "2019-03-01", "key": key}
    writer.as_root("sfp", "KeyCompromised", f"key/{key}", body)
    report = audited(writer, tmp_path)
    assert report.verdict is Verdict.INTACT
    suspects = [one.params["index"] for one in report.notes if one.code == "suspect"]
    assert index in suspects


@pytest.mark.parametrize(("verdict", "left"), [("affirmed", []), ("disowned", ["disowned"])])
def test_8_reaffirmation_settles_a_suspect_signature(verdict: str, left: list[str], tmp_path: Path) -> None:
    writer = Writer().found()
    writer.now = writer.now.replace(day=5)
    index = act(writer)
    leaf = writer.tree.leaf(index).hex()
    key, new = writer.people["sfp"].key_id, Key("new")
    writer.as_root("sfp", "KeyCompromised", f"key/{key}", {"compromised_since": "2019-03-04", "key": key})
    writer.register("sfp", new)
    writer.endorse("sfp", new)
    body = {"key": key, "target": leaf, "verdict": verdict}
    writer.as_person("sfp", "SignatureReaffirmed", f"key/{key}", body, key=new)
    report = audited(writer, tmp_path)
    assert [one.code for one in report.notes if one.code in ("suspect", "disowned")] == left
    assert report.faults == ()


def test_d3_act_without_authority_changes_nothing(tmp_path: Path) -> None:
    writer = Writer().found()
    new = Key("thief")
    writer.register("sfp", new)
    body = {"key": new.key_id, "valid_from": "2019-01-01"}
    forged = writer.as_root("sfp", "KeyEndorsed", f"key/{new.key_id}", body, key=new)
    signed = act(writer, key=new)
    report = audited(writer, tmp_path)
    assert {(one.index, one.code) for one in report.faults} >= {(forged, "key-state"), (signed, "key-state")}


def test_genesis_comes_once(tmp_path: Path) -> None:
    writer = Writer().found()
    index = len(writer.entries)
    writer.open()
    report = audited(writer, tmp_path)
    assert {(one.index, one.code) for one in report.faults} == {(index, "directory")}


def test_first_entry_is_genesis(tmp_path: Path) -> None:
    writer = Writer()
    act(writer)
    report = audited(writer, tmp_path)
    assert ("directory", 0) in {(one.code, one.index) for one in report.faults}


def test_key_of_small_order_is_refused_at_its_registration(tmp_path: Path) -> None:
    writer = Writer().found()
    weak = Key("weak")
    weak.spki = weak.spki[:12] + bytes([1]) + bytes(31)
    statement = writer.draft(
        "KeyRegistered",
        f"key/{weak.key_id}",
        {
            "appointment": "ap-sfp", "key": weak.key_id, "party": "sfp",
            "public_key": base64.b64encode(weak.spki).decode(), "scheme": "ed25519",
        },
        writer.actor("sfp"),
    )  # fmt: skip
    index = writer.record(statement, weak.sign(statement))
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code) == (index, "directory")


# The second edition: what the law lets through has authority here too, and a seat that has ended is none.


def restored(writer: Writer, *endorsing: str) -> tuple[Key, int]:
    """NOSC's root is revoked; a new one presents itself, others endorse it, and it makes an act of a root."""
    old, new = writer.roots["nosc"].key_id, Key("restored root")
    writer.as_root("nosc", "KeyRevoked", f"key/{old}", {"key": old, "reason": "lost"}, schema=2)
    body = {"key": new.key_id, "party": "nosc", **new.material}
    actor = {"capacity": "root", "party": "nosc"}
    statement = writer.draft("KeyRegistered", f"key/{new.key_id}", body, actor, schema=2)
    writer.record(statement, new.sign(statement))
    for number, party in enumerate(endorsing):
        more = {"provenance": "invented"} if number else {}
        endorsed = {"key": new.key_id, "valid_from": "2019-01-01"} | more
        writer.as_root(party, "KeyEndorsed", f"key/{new.key_id}", endorsed, schema=2)
    revoked = {"appointment": "ap-nosc", "reason": {"es": "…"}}
    return new, writer.as_root("nosc", "RepresentativeRevoked", "appointment/ap-nosc", revoked, key=new, schema=2)


def test_5_all_other_founders_restore_a_founder_that_has_no_root(tmp_path: Path) -> None:
    writer = Writer().found()
    restored(writer, "inai", "sfp")
    assert audited(writer, tmp_path).faults == ()


def test_5_one_of_two_other_founders_restores_nobody(tmp_path: Path) -> None:
    writer = Writer().found()
    _, index = restored(writer, "inai")
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code, fault.found) == (index, "key-state", "pending")


@pytest.mark.parametrize(
    ("period", "is_awaited"),
    [
        ({"valid_from": "2018-01-01"}, True),
        ({"valid_from": "2019-03-01", "valid_until": "2019-03-01"}, True),
        ({"valid_from": "2018-01-01", "valid_until": "2019-02-28"}, False),
        ({"valid_from": "2019-03-02"}, False),
    ],
)
def test_5_a_founder_is_awaited_while_its_own_root_may_sign(
    period: dict[str, str], is_awaited: bool, tmp_path: Path
) -> None:
    writer = Writer().found()
    old = writer.roots["sfp"].key_id
    writer.as_root("sfp", "KeyRevoked", f"key/{old}", {"key": old, "reason": "lost"}, schema=2)
    new_root(writer, "sfp", "root of sfp", ("inai", "nosc"), 2, **period)
    _, index = restored(writer, "inai")
    expected = [(index, "key-state")] if is_awaited else []
    assert [(fault.index, fault.code) for fault in audited(writer, tmp_path).faults] == expected


def test_5_a_founder_that_has_a_root_gets_none_from_others(tmp_path: Path) -> None:
    writer = Writer().found()
    new = Key("forged root")
    body = {"key": new.key_id, "party": "nosc", **new.material}
    statement = writer.draft(
        "KeyRegistered", f"key/{new.key_id}", body, {"capacity": "root", "party": "nosc"}, schema=2
    )
    writer.record(statement, new.sign(statement))
    endorsed = {"key": new.key_id, "valid_from": "2019-01-01"}
    index = writer.as_root("inai", "KeyEndorsed", f"key/{new.key_id}", endorsed, schema=2)
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code) == (index, "authority")


def succession(writer: Writer) -> None:
    body = {
        "governance_body": "cc", "members": list(PARTIES), "mandate": {"es": "…"}, "name": {"es": "CC"},
        "predecessor": "stt",
    }  # fmt: skip
    for party in PARTIES:
        writer.as_person(party, "GovernanceBodyEstablished", "governance/cc", body, schema=2)


def test_6_a_successor_ends_the_seats_of_its_predecessor(tmp_path: Path) -> None:
    writer = Writer().found()
    succession(writer)
    body = {"effective": "2019-03", "governance_body": "cc", "grounds": {"es": "…"}, "party": "nosc"}
    writer.as_root("nosc", "PartyWithdrew", "governance/cc", body, schema=2)
    ballot = {"choice": "for", "decision": "d-1", "digest": "sha256:" + "0" * 64}
    writer.as_person("sfp", "VoteCast", "decision/d-1", ballot, schema=2)
    index = writer.as_person("nosc", "VoteCast", "decision/d-1", ballot, schema=2)
    fault = only_fault(writer, tmp_path)
    assert (fault.index, fault.code) == (index, "seat")


def test_6_an_agreement_asks_for_no_seat_from_the_second_edition_on(tmp_path: Path) -> None:
    writer = withdrawn(Writer().found())
    body = {"agreement": "ag-1", "docset": "sha256:" + "0" * 64, "version": 1}
    writer.as_person("nosc", "AgreementSigned", "agreement/ag-1", body, schema=2)
    assert audited(writer, tmp_path).faults == ()
