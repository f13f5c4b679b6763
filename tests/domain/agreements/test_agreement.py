"""Agreements: in force exactly when every required party has signed the same digest, and never before."""

from typing import Any

from tests.domain.stage import MEMBERS, Body, Stage, doc, rep, root, seated, text
from tests.domain.tables import Walk, codes
from tests.rows import each_row

from constancia.domain.agreements.agreement import Agreement, in_force_on
from constancia.domain.values.values import digest

AG = "agreement/ag"
DOCSET: Body = {"authentic": "es", "documents": [doc("texto", "es"), doc("text", "en")]}
# The same but for one comma in the English version.
COMMA: Body = {"authentic": "es", "documents": [doc("texto", "es"), doc("text,", "en")]}


def draft(version: int = 1, docset: Body = DOCSET, **changed: Any) -> Body:
    parties = list(MEMBERS)
    return {"agreement": "ag", "docset": docset, "parties": parties, "title": text("T"), "version": version} | changed


def frozen(version: int = 1, docset: Body = DOCSET, **changed: Any) -> Body:
    return {"agreement": "ag", "docset": digest(docset), "required": list(MEMBERS), "version": version} | changed


def signed(version: int = 1, docset: Body = DOCSET) -> Body:
    return {"agreement": "ag", "docset": digest(docset), "version": version}


def drafted() -> Stage:
    stage = seated()
    stage.says("nosc", "AgreementDrafted", draft())
    return stage


def awaiting(**changed: Any) -> Stage:
    stage = drafted()
    stage.says("inai", "AgreementTextFrozen", frozen(**changed))
    return stage


def signed_by(*parties: str, **changed: Any) -> Stage:
    stage = awaiting(**changed)
    stage.each("AgreementSigned", signed(), parties)
    return stage


def lapsed() -> Stage:
    return signed_by("nosc", window="2019-03-01/2019-03-30").on("2019-03-31")


def agreement(stage: Stage) -> Agreement:
    return stage.find(Agreement, AG)


def last(stage: Stage) -> int:
    found = stage.state.standing(AG)
    return found.current.version if isinstance(found, Agreement) else 1


def of_last(stage: Stage) -> tuple[int, Body]:
    """The number and the text of the last version, as `amending` makes it."""
    return last(stage), COMMA if last(stage) > 1 else DOCSET


def next_draft(stage: Stage) -> Body:
    return draft(last(stage) + 1 if stage.state.standing(AG) else 1)


STATES = (
    "drafted", "awaiting_signatures", "partially_signed", "awaiting_condition", "in_force", "lapsed", "terminated",
)  # fmt: skip


def amending(state: str) -> Stage:
    """An agreement in force, with a second version on its way."""
    stage = signed_by(*MEMBERS)
    stage.says("nosc", "AgreementDrafted", draft(2, COMMA))
    if state == "awaiting_condition":
        stage.adopted().each("ConditionDeclared", precedent())
    if state != "drafted":
        stage.says("inai", "AgreementTextFrozen", frozen(2, COMMA))
    if state == "partially_signed":
        stage.says("nosc", "AgreementSigned", signed(2, COMMA))
    if state == "awaiting_condition":
        stage.each("AgreementSigned", signed(2, COMMA))
    return stage


def precedent(name: str = "s1", **changed: Any) -> Body:
    """A condition precedent of the agreement's last version, on the stream of a commitment."""
    return {
        "commitment": "c1", "concerns": AG, "condition": name, "kind": "precedent", "text": text("Hay presupuesto"),
    } | changed  # fmt: skip


def became(outcome: str, name: str = "s1") -> Body:
    return {"commitment": "c1", "condition": name, "outcome": outcome, "reasons": text("Consta")}


def leaving(effective: str, **changed: Any) -> Body:
    return {"agreement": "ag", "effective": effective, "reasons": text("Ya no")} | changed


def terminated() -> Stage:
    """Two of three have left."""
    stage = signed_by(*MEMBERS)
    for party in ("nosc", "inai"):
        stage.says(party, "AgreementPartyWithdrew", leaving(stage.today))
    return stage


def attested(party: str, version: int = 1, docset: Body = DOCSET, **changed: Any) -> Body:
    """A paper original is said to bear the signature of a party's head."""
    return {
        "agreement": "ag", "docset": digest(docset), "name": f"Titular de {party}", "on": "2019-03-01",
        "party": party, "person": f"head-{party}", "post": text("Titular"), "scan": doc("escaneo"), "version": version,
    } | changed  # fmt: skip


def discrepancy(name: str = "x1", version: int = 1, **changed: Any) -> Body:
    return {
        "agreement": "ag", "discrepancy": name, "place": text("Actividad 3, acción"), "version": version,
        "readings": [{"lang": "en"}, {"lang": "es", "says": "Sesiones de validación"}], "weight": "substantive",
    } | changed  # fmt: skip


WALK = Walk(
    kind="agreement",
    stream=AG,
    table={
        "AgreementDrafted": {
            "none": "drafted",
            "drafted": "drafted",
            "awaiting_signatures": "drafted",
            "partially_signed": "drafted",
            "in_force": "drafted",
        },
        "AgreementPartyWithdrew": {
            "drafted": "in_force",
            "awaiting_signatures": "in_force",
            "partially_signed": "in_force",
            "awaiting_condition": "in_force",
            "in_force": "in_force",
        },
        "AgreementTextFrozen": {"drafted": "awaiting_signatures"},
        "AgreementSigned": {"awaiting_signatures": "partially_signed", "partially_signed": "partially_signed"},
        "PaperSignatureAttested": dict(zip(STATES, STATES, strict=True)),
        "TranslationDiscrepancyRecorded": dict(zip(STATES, STATES, strict=True)),
    },
    # An agreement that is to be amended goes through the same states as a first text.
    reach={
        "none": seated,
        "drafted": lambda: amending("drafted"),
        "awaiting_signatures": lambda: amending("awaiting_signatures"),
        "partially_signed": lambda: amending("partially_signed"),
        "awaiting_condition": lambda: amending("awaiting_condition"),
        "in_force": lambda: signed_by(*MEMBERS),
        "lapsed": lapsed,
        "terminated": terminated,
    },
    acts={
        "AgreementDrafted": lambda stage: ("nosc", "AgreementDrafted", next_draft(stage)),
        "AgreementPartyWithdrew": lambda stage: ("sfp", "AgreementPartyWithdrew", leaving(stage.today)),
        "AgreementTextFrozen": lambda stage: ("inai", "AgreementTextFrozen", frozen(*of_last(stage))),
        "AgreementSigned": lambda stage: ("sfp", "AgreementSigned", signed(*of_last(stage))),
        "PaperSignatureAttested": lambda stage: ("red", "PaperSignatureAttested", attested("sfp")),
        "TranslationDiscrepancyRecorded": lambda stage: ("red", "TranslationDiscrepancyRecorded", discrepancy()),
    },
    words={
        ("awaiting_condition", "AgreementSigned"): "E_ALREADY_SIGNED",
        ("in_force", "AgreementSigned"): "E_ALREADY_SIGNED",
        ("terminated", "AgreementSigned"): "E_ALREADY_SIGNED",
        ("terminated", "AgreementTextFrozen"): "E_PARTY_WITHDRAWN",
        ("terminated", "AgreementDrafted"): "E_PARTY_WITHDRAWN",
    },
)


@each_row(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


def test_6_two_of_three_signatures_are_never_in_force() -> None:
    stage = signed_by("nosc", "inai")
    assert agreement(stage).status == "partially_signed"
    assert agreement(stage).current.missing == ("sfp",)
    assert agreement(stage).current.in_force_index is None


@each_row("order", [("nosc", "inai", "sfp"), ("sfp", "nosc", "inai")])
def test_6_in_force_exactly_at_the_last_required_signature(order: tuple[str, ...]) -> None:
    stage = signed_by(*order)
    assert agreement(stage).status == "in_force"
    assert agreement(stage).current.in_force_index == stage.entries[-1].index


def test_6_the_digest_binds_all_language_versions() -> None:
    assert awaiting().code("nosc", "AgreementSigned", signed(docset=COMMA)) == "E_DIGEST_MISMATCH"
    assert drafted().code("inai", "AgreementTextFrozen", frozen(docset=COMMA)) == "E_DIGEST_MISMATCH"


def test_7_a_changed_comma_is_a_new_version_with_no_signature() -> None:
    stage = signed_by("nosc", "inai")
    stage.says("inai", "AgreementDrafted", draft(2, COMMA))
    stage.says("inai", "AgreementTextFrozen", frozen(2, COMMA))
    assert agreement(stage).status == "awaiting_signatures"
    assert agreement(stage).current.missing == MEMBERS
    assert agreement(stage).versions[0].signed_by == {"nosc", "inai"}
    assert stage.code("sfp", "AgreementSigned", signed(1)) == "E_VERSION_CONFLICT"


def test_a_draft_is_the_next_version() -> None:
    assert drafted().code("nosc", "AgreementDrafted", draft(3)) == "E_VERSION_CONFLICT"
    assert seated().code("nosc", "AgreementDrafted", draft(0)) == "E_VERSION_CONFLICT"


def test_a_party_signs_a_version_once() -> None:
    assert signed_by("nosc").code("nosc", "AgreementSigned", signed()) == "E_ALREADY_SIGNED"


def test_a_second_representative_can_not_sign_for_the_same_party() -> None:
    stage = signed_by("nosc")
    other = stage.join("nosc", name="other")
    assert stage.code(other, "AgreementSigned", signed()) == "E_ALREADY_SIGNED"


def test_who_is_no_party_to_the_text_does_not_sign_it() -> None:
    stage = seated()
    stage.says("nosc", "AgreementDrafted", draft(parties=["inai", "nosc"]))
    stage.says("nosc", "AgreementTextFrozen", frozen(required=["inai", "nosc"]))
    assert stage.code("sfp", "AgreementSigned", signed()) == "E_ROLE"


def test_all_parties_to_the_text_must_sign_it() -> None:
    assert drafted().code("inai", "AgreementTextFrozen", frozen(required=["inai", "nosc"])) == "E_POLICY"


@each_row("parties", [[], ["nosc"]])
def test_nobody_agrees_with_itself_alone(parties: list[str]) -> None:
    assert seated().code("nosc", "AgreementDrafted", draft(parties=parties)) == "E_POLICY"


def test_parties_to_a_text_are_registered() -> None:
    assert seated().code("nosc", "AgreementDrafted", draft(parties=["nobody", "nosc"])) == "E_NOT_FOUND"


def test_a_secretariat_freezes_a_text_and_never_signs_it() -> None:
    stage = drafted()
    clerk = stage.join("inai", name="clerk", capacity="secretariat")
    stage.says(clerk, "AgreementTextFrozen", frozen())
    assert stage.code(clerk, "AgreementSigned", signed()) == "E_ROLE"


def test_a_root_does_not_sign_for_its_party() -> None:
    assert awaiting().code(root("nosc"), "AgreementSigned", signed()) == "E_OUT_OF_SCOPE"


def test_window_is_open_to_the_end_of_its_last_day_in_the_ledgers_zone() -> None:
    stage = awaiting(window="2019-03-01/2019-03-30").on("2019-03-31T05:59:59Z")
    stage.says("nosc", "AgreementSigned", signed())
    stage.on("2019-03-31T06:00:00Z")
    assert stage.code("sfp", "AgreementSigned", signed()) == "E_STATE"


def test_nobody_signs_before_the_window_begins() -> None:
    stage = awaiting(window="2019-03-10/2019-03-30")
    assert stage.code("nosc", "AgreementSigned", signed()) == "E_STATE"
    stage.on("2019-03-10").says("nosc", "AgreementSigned", signed())


def test_a_window_is_not_over_before_it_is_opened() -> None:
    refused = drafted().code("inai", "AgreementTextFrozen", frozen(window="2019-02-01/2019-02-20"))
    assert refused == "E_DATE"
    assert awaiting(window="2019-02-01/2019-03-01").status(AG) == "awaiting_signatures", "its last day has begun"


def test_in_force_does_not_lapse_when_its_window_is_over() -> None:
    stage = signed_by(*MEMBERS, window="2019-03-01/2019-03-30").on("2019-12-01")
    assert stage.status(AG) == "in_force"


def test_a_reservation_stays_with_the_signature() -> None:
    stage = awaiting()
    stage.says("nosc", "AgreementSigned", signed() | {"reservation": text("Salvo el punto 2")})
    (signature,) = agreement(stage).current.signatures
    assert signature.reservation is not None
    assert signature.mark.party == "nosc"


def test_a_text_is_in_force_no_earlier_than_it_was_frozen() -> None:
    stage = drafted().on("2019-03-04")
    stage.says("inai", "AgreementTextFrozen", frozen())
    for party in MEMBERS:
        stage.says(party, "AgreementSigned", signed(), occurred_on="2019-03-02")
    assert in_force_on(stage.state, agreement(stage).current) == "2019-03-04"


def test_14_who_has_withdrawn_does_not_sign_and_the_required_set_stays_unfulfilled() -> None:
    stage = signed_by("nosc", "inai")
    withdrawn = {"effective": "2019-03", "governance_body": "cc", "grounds": text("Ya"), "party": "sfp"}
    stage.says(root("sfp"), "PartyWithdrew", withdrawn)
    assert stage.code("sfp", "AgreementSigned", signed()) == "E_PARTY_WITHDRAWN"
    assert agreement(stage).current.missing == ("sfp",)


def test_a_text_is_drafted_by_one_of_its_parties_for_the_body_that_it_names() -> None:
    stage = seated()
    assert codes(stage.refused("sfp", "AgreementDrafted", draft(parties=["inai", "nosc"]))) == {"E_ROLE"}
    refusal = stage.refused("sfp", "AgreementDrafted", draft(parties=["inai", "red", "sfp"], governance_body="cc"))
    assert (refusal.code, refusal.judged_against["party"]) == ("E_NOT_SEATED", "red")
    stage.body("cc2", MEMBERS)
    stage.says("sfp", "AgreementDrafted", draft())
    assert agreement(stage).current.governance_body is None, "all sit in two bodies"
    stage.says("sfp", "AgreementDrafted", draft(2, governance_body="cc2"))
    assert agreement(stage).current.governance_body == "cc2"


def test_who_never_sat_has_no_say_in_agreements() -> None:
    assert seated().code("red", "AgreementDrafted", draft()) == "E_NOT_SEATED"


def test_refusal_lists_every_rule_that_is_broken() -> None:
    refusal = signed_by("nosc").refused("nosc", "AgreementSigned", signed(2, COMMA))
    assert refusal.code == "E_ALREADY_SIGNED"
    assert codes(refusal) == {"E_ALREADY_SIGNED", "E_VERSION_CONFLICT", "E_DIGEST_MISMATCH"}


def test_16_nobody_can_say_that_it_is_in_force() -> None:
    refused = signed_by("nosc", "inai").code("inai", "AgreementEnteredIntoForce", {}, stream=AG)
    assert refused == "E_UNKNOWN_TYPE"


def test_a_representative_of_another_capacity_is_not_the_one_appointed() -> None:
    stage = awaiting()
    assert stage.code(rep("nosc", capacity="head"), "AgreementSigned", signed()) == "E_ROLE"


def test_6_no_later_version_goes_on_without_a_party() -> None:
    stage = signed_by("nosc", "inai")
    refusal = stage.refused("sfp", "AgreementDrafted", draft(2, COMMA, parties=["inai", "sfp"]))
    assert (refusal.code, refusal.judged_against["dropped"]) == ("E_POLICY", ["nosc"])
    stage.says("sfp", "AgreementDrafted", draft(2, COMMA, parties=["inai", "nosc", "red", "sfp"]))


def test_32_who_is_no_party_to_a_text_neither_changes_nor_freezes_it() -> None:
    stage = drafted()
    stage.outsider("otra")
    stage.body("puppets", ("otra", "red"))
    assert codes(stage.refused("red", "AgreementDrafted", draft(2, COMMA))) == {"E_NOT_SEATED", "E_ROLE"}
    assert codes(stage.refused("red", "AgreementTextFrozen", frozen())) == {"E_NOT_SEATED", "E_ROLE"}


def test_what_is_frozen_is_the_last_version() -> None:
    stage = drafted()
    stage.says("nosc", "AgreementDrafted", draft(2, COMMA))
    assert stage.code("inai", "AgreementTextFrozen", frozen(1, COMMA)) == "E_VERSION_CONFLICT"
    stage.says("inai", "AgreementTextFrozen", frozen(2, COMMA))
