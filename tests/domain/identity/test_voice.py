"""Who can still speak, and whose founders restore whom (D11: cases 28, 29)."""

from tests.domain.governance.test_succession import succeeded
from tests.domain.stage import MEMBERS, Stage, Voice, founded, key_id, registration, rep, root, seated, text
from tests.rows import each_row

from constancia.domain.identity.key import Key
from constancia.domain.identity.voice import can_say, speaks_for
from constancia.domain.kernel.context import Context


def at(stage: Stage, who: Voice | str = "inai") -> Context:
    return Context(state=stage.state, recorded=stage.entry(who, "PartyNameRecorded", {
        "lang": "es", "name": "N", "official": True, "party": "inai", "used_in": "D"
    }))  # fmt: skip


def revoke(stage: Stage, name: str, party: str) -> None:
    stage.says(root(party), "KeyRevoked", {"key": key_id(name), "reason": "lost"})


def endorsing(key: str, **more: str) -> dict[str, str]:
    return {"key": key_id(key), "valid_from": "2019-01-01"} | more


def test_a_party_speaks_by_a_root_or_by_a_representative_in_scope() -> None:
    stage = founded()
    assert can_say(at(stage), "nosc", "VoteCast")
    revoke(stage, "root-nosc", "nosc")
    assert can_say(at(stage), "nosc", "VoteCast")
    assert not can_say(at(stage), "nosc", "NoSuchAct")


def test_a_party_without_a_key_or_an_appointment_speaks_no_more() -> None:
    stage = founded()
    revoke(stage, "rep-nosc", "nosc")
    revoke(stage, "root-nosc", "nosc")
    assert not can_say(at(stage), "nosc", "VoteCast")
    stage = founded()
    stage.says(root("sfp"), "RepresentativeRevoked", {"appointment": "ap-sfp", "reason": text("R")})
    revoke(stage, "root-sfp", "sfp")
    assert not can_say(at(stage), "sfp", "VoteCast")


def test_who_records_for_several_parties_speaks_for_none_of_the_others() -> None:
    """Else one of them would take the secretariat from the rest by naming it too."""
    stage = seated()
    clerk = stage.join("inai", name="clerk", capacity="secretariat")
    for party in ("nosc", "sfp"):
        stage.join(party, name=f"clerk-{party}", person="p-clerk", capacity="secretariat")
    assert [speaks_for(at(stage, clerk), party) for party in MEMBERS] == [True, False, False]
    former = seated(edition=2)
    clerk = former.join("inai", name="clerk", capacity="secretariat")
    former.join("nosc", name="clerk-nosc", person="p-clerk", capacity="secretariat")
    assert speaks_for(at(former, clerk), "nosc"), "the law of an earlier edition"


def test_who_represents_another_party_speaks_for_it_also_where_it_records() -> None:
    stage = seated()
    clerk = stage.join("inai", name="clerk", capacity="secretariat")
    stage.join("nosc", name="voice", person="p-clerk")
    assert speaks_for(at(stage, clerk), "nosc")
    voice = stage.join("sfp", name="other", person="p-clerk")
    assert speaks_for(at(stage, voice), "inai"), "nor does a representative shed what it records for"


def late(stage: Stage, new: str = "second-red") -> Stage:
    """A year later a further root of `red` presents itself."""
    stage.on("2020-03-01").says(root("red", new), "KeyRegistered", registration("red", new))
    return stage


def with_limited_root() -> Stage:
    stage = founded()
    stage.says("inai", "PartyRegistered", {"kind": "company", "legal_name": text("red"), "party": "red"})
    stage.says(root("red"), "KeyRegistered", registration("red", "root-red"))
    stage.says(root("inai"), "KeyEndorsed", endorsing("root-red", valid_until="2019-12-31"))
    return stage


def test_case_28_a_root_that_has_expired_blocks_no_new_one() -> None:
    stage = late(with_limited_root())
    stage.says(root("inai"), "KeyEndorsed", endorsing("second-red"))
    assert stage.status(f"key/{key_id('second-red')}") == "active"


def test_case_28_a_root_that_has_not_expired_still_does() -> None:
    assert late(seated()).code(root("sfp"), "KeyEndorsed", endorsing("second-red")) == "E_ROLE"


@each_row("lost", MEMBERS)
def test_case_29_all_other_founders_restore_one_that_has_no_root(lost: str) -> None:
    stage = founded()
    first, second = (one for one in MEMBERS if one != lost)
    stage.says(root(lost, "new"), "KeyRegistered", registration(lost, "new"))
    assert stage.code(root(first), "KeyEndorsed", endorsing("new")) == "E_ROLE"
    revoke(stage, f"root-{lost}", lost)
    stage.says(root(first), "KeyEndorsed", endorsing("new"))
    assert stage.status(f"key/{key_id('new')}") == "pending"
    assert stage.code(root(first), "KeyEndorsed", endorsing("new")) == "E_ALREADY_SIGNED"
    stage.says(root(second), "KeyEndorsed", endorsing("new", valid_until="2030-01-01"))
    assert stage.status(f"key/{key_id('new')}") == "pending"
    stage.says(root(second), "KeyEndorsed", endorsing("new"))
    assert stage.find(Key, f"key/{key_id('new')}").concurring == ()
    assert stage.status(f"key/{key_id('new')}") == "active"


def test_case_29_a_founder_that_has_lost_its_root_too_is_not_awaited() -> None:
    stage = founded()
    for party in ("nosc", "sfp"):
        revoke(stage, f"root-{party}", party)
    stage.says(root("nosc", "new"), "KeyRegistered", registration("nosc", "new"))
    stage.says(root("inai"), "KeyEndorsed", endorsing("new"))
    assert stage.status(f"key/{key_id('new')}") == "active"


def test_case_29_no_outsider_restores_a_founder() -> None:
    stage = seated()
    revoke(stage, "root-nosc", "nosc")
    stage.says(root("nosc", "new"), "KeyRegistered", registration("nosc", "new"))
    assert stage.code(root("red"), "KeyEndorsed", endorsing("new")) == "E_ROLE"


def spoken_for(stage: Stage, who: Voice | str) -> list[str]:
    context = at(stage, who)
    return [party for party in ("inai", "nosc", "nueva", "red", "sfp") if speaks_for(context, party)]


def test_26_a_person_speaks_for_each_party_that_appoints_it_in_whichever_name_it_acts() -> None:
    stage = seated()
    stage.join("sfp", name="both", person="p-inai", valid_from="2019-03-02", valid_until="2019-03-31")
    both = Voice({**rep("sfp", "both").actor, "person": "p-inai"}, "rep-both")
    assert (spoken_for(stage, "inai"), spoken_for(stage, both)) == (["inai"], ["inai", "sfp"])
    for day, of_inai in (("2019-03-02", ["inai", "sfp"]), ("2019-03-31", ["inai", "sfp"]), ("2019-04-01", ["inai"])):
        assert spoken_for(stage.on(day), "inai") == of_inai
    stage.on("2019-03-05").says(root("inai"), "RepresentativeRevoked", {"appointment": "ap-inai", "reason": text("R")})
    assert spoken_for(stage, both) == ["sfp"]
    assert (spoken_for(stage, root("inai")), spoken_for(stage, "red")) == (["inai"], ["red"])


def test_26_who_succeeds_a_party_speaks_for_it_too() -> None:
    stage = succeeded()
    assert [spoken_for(stage, who) for who in ("nueva", "sfp", root("inai"))] == [["inai", "nueva"], ["sfp"], ["inai"]]


def test_who_has_ended_can_say_nothing_and_its_successor_can() -> None:
    stage = succeeded()
    assert [can_say(at(stage), party, "VoteCast") for party in ("inai", "nueva")] == [False, True]


@each_row(("day", "can"), [("2019-03-09", False), ("2019-03-10", True), ("2019-03-31", True)])
def test_without_a_root_a_party_speaks_on_the_days_of_key_and_appointment(day: str, *, can: bool) -> None:
    stage = founded()
    stage.lose("rep-sfp").join("sfp", name="later", valid_from="2019-03-10", valid_until="2019-03-31")
    revoke(stage, "root-sfp", "sfp")
    assert can_say(at(stage.on(day)), "sfp", "VoteCast") is can
    assert not can_say(at(stage.on("2019-04-01")), "sfp", "VoteCast")
