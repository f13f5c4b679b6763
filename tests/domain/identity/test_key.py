"""Keys: what they may do in each state, who stands above them, and that nothing goes back."""

from datetime import date
from typing import Any

from tests.domain.stage import (
    Body,
    Stage,
    Voice,
    commitment,
    founded,
    genesis,
    key_id,
    material,
    registration,
    rep,
    root,
    seated,
    text,
)
from tests.domain.tables import Walk, codes
from tests.rows import each_row

from constancia.domain.identity.key import Key

NEW = "new-nosc"
STREAM = f"key/{key_id(NEW)}"
BY_NEW = rep("nosc", key=NEW)


def register(key: str = NEW, party: str = "nosc", appointment: str | None = "ap-nosc") -> Body:
    return registration(party, key, appointment)


def endorse(key: str = NEW, **changed: Any) -> Body:
    return {"key": key_id(key), "valid_from": "2019-01-01"} | changed


def rotate(key: str = NEW, new: str = "next-nosc") -> Body:
    return {"key": key_id(key), "new_key": key_id(new)}


def revoke(key: str = NEW) -> Body:
    return {"key": key_id(key), "reason": "lost"}


def compromise(key: str = NEW, since: str = "2019-03-01") -> Body:
    return {"compromised_since": since, "key": key_id(key)}


def reaffirm(target: str, key: str = NEW, verdict: str = "affirmed") -> Body:
    return {"key": key_id(key), "target": target, "verdict": verdict}


def pending() -> Stage:
    stage = seated()
    stage.says(BY_NEW, "KeyRegistered", register())
    return stage


def active() -> Stage:
    stage = pending()
    stage.says(root("nosc"), "KeyEndorsed", endorse())
    return stage


def after(who: Voice | str, type_name: str, body: Body) -> Stage:
    stage = active()
    stage.says(BY_NEW, "CommitmentProposed", commitment())
    stage.says(who, type_name, body)
    return stage


def compromised(since: str = "2019-03-01") -> Stage:
    return after(root("nosc"), "KeyCompromised", compromise(since=since))


def signed_by_new(stage: Stage) -> str:
    """The leaf hash of what the key signed last, or of its registration."""
    mine = [one.leaf_hash for one in stage.entries if key_id(NEW) in one.keys]
    return mine[-1] if mine else "0" * 64


def rotation(stage: Stage) -> tuple[Voice | str, str, Body]:
    return BY_NEW, "KeyRotated", rotate()


WALK = Walk(
    kind="key",
    stream=STREAM,
    table={
        "KeyRegistered": {"none": "pending"},
        "KeyEndorsed": {"pending": "active"},
        "KeyRotated": {"active": "retired"},
        "KeyRevoked": {"pending": "revoked", "active": "revoked", "retired": "revoked"},
        # Of a pending key too, as the wire specification has it (§7): its registration is then suspect.
        "KeyCompromised": {
            "pending": "compromised",
            "active": "compromised",
            "retired": "compromised",
            "revoked": "compromised",
        },
        "SignatureReaffirmed": {"compromised": "compromised"},
    },
    reach={
        "none": seated,
        "pending": pending,
        "active": active,
        "retired": lambda: after(BY_NEW, "KeyRotated", rotate()),
        "revoked": lambda: after(root("nosc"), "KeyRevoked", revoke()),
        "compromised": compromised,
    },
    acts={
        "KeyRegistered": lambda stage: (BY_NEW, "KeyRegistered", register()),
        "KeyEndorsed": lambda stage: (root("nosc"), "KeyEndorsed", endorse()),
        "KeyRotated": rotation,
        "KeyRevoked": lambda stage: (root("nosc"), "KeyRevoked", revoke()),
        "KeyCompromised": lambda stage: (root("nosc"), "KeyCompromised", compromise()),
        "SignatureReaffirmed": lambda stage: ("nosc", "SignatureReaffirmed", reaffirm(signed_by_new(stage))),
    },
    # A rotation is signed with the key itself, whose own state is judged before the table.
    words={
        ("none", "KeyRotated"): "E_KEY_UNKNOWN",
        ("pending", "KeyRotated"): "E_KEY_NOT_ACTIVE",
        ("retired", "KeyRotated"): "E_KEY_NOT_ACTIVE",
        ("revoked", "KeyRotated"): "E_KEY_REVOKED",
        ("compromised", "KeyRotated"): "E_KEY_REVOKED",
    },
)


@each_row(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


SIGNING = [("none", "E_KEY_UNKNOWN"), ("pending", "E_KEY_NOT_ACTIVE"), ("active", None),
           ("retired", "E_KEY_NOT_ACTIVE"),
           ("revoked", "E_KEY_REVOKED"), ("compromised", "E_KEY_REVOKED")]  # fmt: skip


@each_row(("state", "code"), SIGNING)
def test_3_only_an_active_key_signs(state: str, code: str | None) -> None:
    stage = WALK.reach[state]()
    if code is None:
        stage.says(BY_NEW, "CommitmentProposed", commitment("c7"))
    else:
        assert stage.code(BY_NEW, "CommitmentProposed", commitment("c7")) == code


def test_3_what_a_key_signed_stays_when_it_ends() -> None:
    stage = after(root("nosc"), "KeyRevoked", revoke())
    assert stage.status("commitment/c1") == "proposed"


@each_row(("day", "code"), [("2019-03-31", None), ("2019-04-01", "E_KEY_EXPIRED")])
def test_3_an_endorsement_holds_to_the_end_of_its_last_day(day: str, code: str | None) -> None:
    stage = pending()
    stage.says(root("nosc"), "KeyEndorsed", endorse(valid_until="2019-03-31"))
    stage.on(day)
    if code is None:
        stage.says(BY_NEW, "CommitmentProposed", commitment())
    else:
        assert stage.code(BY_NEW, "CommitmentProposed", commitment()) == code


def test_3_an_endorsement_begins_on_its_first_day() -> None:
    stage = pending()
    stage.says(root("nosc"), "KeyEndorsed", endorse(valid_from="2019-03-02"))
    assert stage.code(BY_NEW, "CommitmentProposed", commitment()) == "E_KEY_EXPIRED"


def test_a_public_key_is_registered_once() -> None:
    assert active().code(rep("inai", key=NEW), "KeyRegistered", register(party="inai", appointment="ap-inai")) == (
        "E_STATE"
    )
    assert seated().code(root("nosc"), "KeyRegistered", registration("nosc", "root-nosc")) == "E_STATE"


def test_a_key_registers_itself() -> None:
    assert seated().code(rep("nosc"), "KeyRegistered", register()) == "E_KEY_UNKNOWN"


def test_key_id_is_that_of_the_public_key() -> None:
    wrong = register() | material("other")
    assert seated().code(BY_NEW, "KeyRegistered", wrong, stream=STREAM) == "E_MALFORMED"


def test_a_key_is_for_the_one_who_presents_it() -> None:
    stage = seated()
    assert stage.code(BY_NEW, "KeyRegistered", register(party="inai")) == "E_ROLE"
    assert stage.code(BY_NEW, "KeyRegistered", register(appointment="ap-inai")) == "E_ROLE"
    assert stage.code(BY_NEW, "KeyRegistered", register(appointment=None)) == "E_ROLE"


def test_a_key_is_for_an_appointment_in_force_of_that_party() -> None:
    stage = seated()
    nobody = rep("nosc", "nobody", key=NEW)
    refusal = stage.refused(nobody, "KeyRegistered", register(appointment="ap-nobody"))
    assert refusal.code == "E_APPOINTMENT_NOT_IN_FORCE"
    assert "E_NOT_FOUND" in codes(refusal)
    stolen = Voice({**rep("nosc", "inai").actor}, NEW)
    assert stage.code(stolen, "KeyRegistered", register(appointment="ap-inai")) == "E_ROLE"


def test_a_root_endorses_its_own_partys_keys_only() -> None:
    assert pending().code(root("inai"), "KeyEndorsed", endorse()) == "E_ROLE"


def test_an_endorsement_has_at_least_one_day_and_holds_on_it() -> None:
    stage = pending()
    day = {"valid_from": "2019-03-05", "valid_until": "2019-03-05"}
    assert stage.code(root("nosc"), "KeyEndorsed", endorse(**day | {"valid_until": "2019-03-04"})) == "E_DATE"
    stage.says(root("nosc"), "KeyEndorsed", endorse(**day))
    key = stage.find(Key, STREAM)
    assert [key.is_within(date(2019, 3, day)) for day in (4, 5, 6)] == [False, True, False]


PLACE = {"origins": ["https://example.org"], "rp_id": "example.org"}


@each_row(
    "changed",
    [
        {"public_key": "QR=="},
        {"public_key": "?"},
        {"scheme": "webauthn"},
        PLACE,
        {"origins": []} | {"scheme": "webauthn"},
    ],
    ids=str,
)
def test_a_key_has_the_form_of_its_scheme(changed: Body) -> None:
    assert seated().code(BY_NEW, "KeyRegistered", register() | changed, stream=STREAM) == "E_MALFORMED"


def test_a_passkey_says_where_it_is_used_registered_or_pinned_by_genesis() -> None:
    passkey = PLACE | {"scheme": "webauthn"}
    stage = seated()
    stage.says(BY_NEW, "KeyRegistered", register() | passkey)
    body = genesis()
    founders = [founder | {"root": founder["root"] | passkey} for founder in body["founders"]]
    opened = Stage().open(founders=founders)
    pinned = opened.find(Key, f"key/{key_id('root-sfp')}")
    for key, party, appointment in ((stage.find(Key, STREAM), "nosc", "ap-nosc"), (pinned, "sfp", None)):
        assert (key.scheme, key.rp_id, key.origins) == ("webauthn", PLACE["rp_id"], tuple(PLACE["origins"]))
        assert (key.party, key.appointment) == (party, appointment)
    assert seated().find(Key, f"key/{key_id('root-sfp')}").origins == ()


def test_an_endorsement_does_not_outlast_the_appointment() -> None:
    stage = seated()
    voice = stage.join("nosc", name="short", valid_until="2019-06-30")
    assert voice.key == "rep-short"
    stage.says(rep("nosc", "short", key=NEW), "KeyRegistered", register(appointment="ap-short"))
    assert stage.code(root("nosc"), "KeyEndorsed", endorse()) == "E_DATE"
    assert stage.code(root("nosc"), "KeyEndorsed", endorse(valid_until="2019-07-01")) == "E_DATE"
    assert stage.code(root("nosc"), "KeyEndorsed", endorse(valid_until="2018-12-31")) == "E_DATE"
    stage.says(root("nosc"), "KeyEndorsed", endorse(valid_until="2019-06-30"))


def test_a_rotation_is_signed_with_the_old_key_and_announces_a_new_one() -> None:
    stage = active()
    assert stage.code(rep("nosc"), "KeyRotated", rotate()) == "E_ROLE"
    assert stage.code(BY_NEW, "KeyRotated", rotate(new="rep-inai")) == "E_STATE"
    assert stage.code(BY_NEW, "KeyRotated", rotate(new="root-inai")) == "E_STATE"


def test_after_a_rotation_the_announced_key_comes_first() -> None:
    stage = after(BY_NEW, "KeyRotated", rotate())
    stranger = rep("nosc", key="stranger")
    assert stage.code(stranger, "KeyRegistered", register("stranger")) == "E_POLICY"
    stage.says(rep("nosc", key="next-nosc"), "KeyRegistered", register("next-nosc"))
    stage.says(root("nosc"), "KeyEndorsed", endorse("next-nosc"))
    stage.says(rep("nosc", key="next-nosc"), "CommitmentProposed", commitment("c7"))
    stage.says(stranger, "KeyRegistered", register("stranger"))


def test_an_announced_key_is_awaited_of_its_own_holder_alone() -> None:
    stage = after(BY_NEW, "KeyRotated", rotate())
    stage.says(rep("inai", key="more"), "KeyRegistered", register("more", "inai", "ap-inai"))


def test_a_key_is_revoked_by_its_partys_root_or_by_itself() -> None:
    assert active().code(root("inai"), "KeyRevoked", revoke()) == "E_ROLE"
    assert active().code(rep("nosc"), "KeyRevoked", revoke()) == "E_ROLE"
    active().says(BY_NEW, "KeyRevoked", revoke())


def test_a_compromise_is_said_by_its_partys_root_of_the_past() -> None:
    assert active().code(root("inai"), "KeyCompromised", compromise()) == "E_ROLE"
    assert active().code(BY_NEW, "KeyCompromised", compromise()) == "E_OUT_OF_SCOPE"
    assert active().code(root("nosc"), "KeyCompromised", compromise(since="2019-03-02")) == "E_DATE"


# Suspect signatures: of the days since the compromise, in its own precision.


@each_row(
    ("since", "suspect"),
    [("2019-02-28", True), ("2019-03-01", True), ("2019-03", True), ("2019", True), ("../2019-03", True)],
)
def test_3_a_signature_since_the_compromise_is_suspect_and_can_be_reaffirmed(since: str, suspect: bool) -> None:
    stage = compromised(since)
    stage.says("nosc", "SignatureReaffirmed", reaffirm(signed_by_new(stage)))
    key = stage.find(Key, STREAM)
    assert dict(key.reaffirmed) == {signed_by_new(stage): "affirmed"}
    assert (key.concerns, key.topics) == (("party/nosc",), ("party/nosc", f"entry/{signed_by_new(stage)}"))


def test_3_a_signature_before_the_compromise_is_not_suspect() -> None:
    stage = active()
    stage.says(BY_NEW, "CommitmentProposed", commitment())
    stage.on("2019-06-01").says(root("nosc"), "KeyCompromised", compromise(since="2019-03-02"))
    assert stage.code("nosc", "SignatureReaffirmed", reaffirm(signed_by_new(stage))) == "E_POLICY"
    key = stage.find(Key, STREAM)
    assert [key.is_suspect(date(2019, 3, day)) for day in (1, 2, 3)] == [False, True, True]


def test_a_suspect_signature_is_spoken_of_once_and_with_a_clean_key() -> None:
    stage = compromised()
    target = signed_by_new(stage)
    assert stage.code(BY_NEW, "SignatureReaffirmed", reaffirm(target)) == "E_KEY_REVOKED"
    assert stage.code("inai", "SignatureReaffirmed", reaffirm(target)) == "E_ROLE"
    stage.says("nosc", "SignatureReaffirmed", reaffirm(target, verdict="disowned"))
    assert stage.code("nosc", "SignatureReaffirmed", reaffirm(target)) == "E_ALREADY_SIGNED"


def test_the_target_is_a_signature_of_that_key() -> None:
    stage = compromised()
    assert stage.code("nosc", "SignatureReaffirmed", reaffirm(stage.entries[0].leaf_hash)) == "E_POLICY"
    assert stage.code("nosc", "SignatureReaffirmed", reaffirm("0" * 64)) == "E_NOT_FOUND"


# Roots: nobody is above them, and nobody from outside makes one.


def test_a_founders_root_is_active_since_genesis() -> None:
    assert founded().status(f"key/{key_id('root-nosc')}") == "active"
    assert founded().status(f"key/{key_id('nobody')}") == "none"


def test_31_a_founder_can_not_make_itself_a_root_of_another_founder() -> None:
    stage = seated()
    stage.says(root("nosc", key="forged"), "KeyRegistered", registration("nosc", "forged"))
    assert stage.code(root("sfp"), "KeyEndorsed", endorse("forged")) == "E_ROLE"
    stage.says(root("nosc"), "KeyEndorsed", endorse("forged"))


def test_31_a_party_that_has_a_root_gets_no_other_from_outside() -> None:
    stage = seated()
    stage.says(root("red", key="forged"), "KeyRegistered", registration("red", "forged"))
    assert stage.code(root("sfp"), "KeyEndorsed", endorse("forged")) == "E_ROLE"
    stage.says(root("red"), "KeyRevoked", revoke("root-red"))
    assert stage.code(root("sfp"), "KeyEndorsed", endorse("forged")) == "E_ROLE", "nor by who did not bring it in"
    stage.says(root("inai"), "KeyEndorsed", endorse("forged"))


def test_31_no_founder_takes_a_party_that_another_brought_in() -> None:
    """An assessor is registered by one founder; another one is quicker with a key of its own."""
    stage = seated()
    stage.says("nosc", "PartyRegistered", {"kind": "academia", "legal_name": text("Evaluadora"), "party": "irm"})
    stage.says(root("irm", key="forged"), "KeyRegistered", registration("irm", "forged"))
    refusal = stage.refused(root("inai"), "KeyEndorsed", endorse("forged"))
    assert (refusal.code, refusal.judged_against["by"]) == ("E_ROLE", "nosc")
    stage.says(root("irm"), "KeyRegistered", registration("irm", "root-irm"))
    stage.says(root("nosc"), "KeyEndorsed", endorse("root-irm"))


def test_a_party_gets_its_root_from_another_founder_where_the_first_can_not_any_more() -> None:
    stage = seated()
    stage.says("nosc", "PartyRegistered", {"kind": "academia", "legal_name": text("Evaluadora"), "party": "irm"})
    stage.says(root("irm"), "KeyRegistered", registration("irm", "root-irm"))
    stage.lose("root-nosc")
    stage.says(root("inai"), "KeyEndorsed", endorse("root-irm"))


def test_a_root_key_is_endorsed_by_a_founder() -> None:
    stage = seated()
    stage.says("inai", "PartyRegistered", {"kind": "academia", "legal_name": text("U"), "party": "u"})
    stage.says(root("u"), "KeyRegistered", registration("u", "root-u"))
    assert stage.code(root("red"), "KeyEndorsed", endorse("root-u")) == "E_ROLE"
    assert stage.code(root("u"), "KeyEndorsed", endorse("root-u")) == "E_KEY_NOT_ACTIVE"


def test_a_founders_root_can_be_revoked_and_then_signs_nothing() -> None:
    stage = seated()
    stage.says(root("nosc", key="second"), "KeyRegistered", registration("nosc", "second"))
    stage.says(root("nosc"), "KeyEndorsed", endorse("second"))
    stage.says(root("nosc", key="second"), "KeyCompromised", compromise("root-nosc"))
    assert stage.code(root("nosc"), "KeyRevoked", revoke("second")) == "E_KEY_REVOKED"
    revoked = stage.says(root("nosc", key="second"), "KeyRevoked", revoke("second"))
    assert stage.state.version(revoked.originator_id) == 3


@each_row("type_name", ["KeyRegistered", "KeyEndorsed"])
def test_a_founders_root_is_neither_registered_nor_endorsed_again(type_name: str) -> None:
    body = registration("nosc", "root-nosc") if type_name == "KeyRegistered" else endorse("root-nosc")
    assert seated().code(root("nosc"), type_name, body) == "E_STATE"


def test_a_key_is_for_a_registered_party() -> None:
    refusal = seated().refused(root("ghost"), "KeyRegistered", registration("ghost", "root-ghost"))
    assert codes(refusal) == {"E_NOT_FOUND"}
