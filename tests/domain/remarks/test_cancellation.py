"""Cancellation: blocked first, destroyed by two persons, never what was agreed, never what the chain says in plain."""

from dataclasses import replace
from random import Random
from types import SimpleNamespace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.stage import Body, Stage, Voice, commitment, doc, evidence, key_id, rep, seated, sha256, text
from tests.domain.tables import Walk, codes
from tests.rows import each_row

from constancia.domain.governance.decision import Decision
from constancia.domain.identity.key import Key
from constancia.domain.kernel.acts import UnknownAct, parse_act
from constancia.domain.remarks.cancellation import (
    Cancellation,
    CancellationDecided,
    CancellationItem,
    CancellationRequested,
    withdrawals,
)
from constancia.domain.values.sealing import commitment_of
from constancia.domain.values.values import FormError, Hex64, Json

SALT = bytes(range(32))
COMMITMENT = commitment_of(SALT, "Persona H")
STREAM = "cancellation/x-1"


def scene() -> Stage:
    """A report by inai that cites a minute, and officers of three parties besides their representatives."""
    stage = seated().adopted()
    stage.says("inai", "ProgressReported", reported())
    for party in ("inai", "nosc", "sfp"):
        stage.join(party, name=f"officer-{party}")
    return stage


def officer(party: str) -> Voice:
    return rep(party, f"officer-{party}")


def reported(**changed: Any) -> Body:
    return {
        "commitment": "c1", "evidence": [evidence("minuta")], "level": "limited", "narrative": text("Va"),
        "period": "2019-03", "report": "r1",
    } | changed  # fmt: skip


def cited(stage: Stage, name: str = "minuta") -> Body:
    """The item that names the document which the report cites."""
    [entry] = [entry for entry in stage.entries if entry.statement["type"] == "ProgressReported"][:1]
    return {"document": sha256(name), "entry": entry.leaf_hash}


def requested(*items: Body, **changed: Any) -> Body:
    return {
        "cancellation": "x-1", "items": list(items), "received_on": "2019-03-01",
        "request": f"sha256:{sha256('request')}",
    } | changed  # fmt: skip


def decided(to: str, *documents: str, **changed: Any) -> Body:
    more = {"blocked": {"until": "2019-03-31"}, "denied": {"ground": "public_function"}, "destroyed": {}}[to]
    return {
        "cancellation": "x-1", "documents": sorted(documents), "legal_basis": text("Art. 1"),
        "reasons": text("Datos de una persona privada"), "remedy": text("Recurso"), "to": to, **more,
    } | changed  # fmt: skip


MINUTE = sha256("minuta")


def asked() -> Stage:
    stage = scene()
    stage.says(officer("nosc"), "CancellationRequested", requested(cited(stage)))
    return stage


def blocked() -> Stage:
    stage = asked()
    stage.says(officer("inai"), "CancellationDecided", decided("blocked", MINUTE))
    return stage.on("2019-04-01")


def destroyed() -> Stage:
    stage = blocked()
    stage.says(officer("inai"), "CancellationDecided", decided("destroyed", MINUTE))
    stage.says(officer("nosc"), "CancellationDecided", decided("destroyed", MINUTE))
    return stage


DESTROYED: Final = next(iter(destroyed().state.of(Cancellation)))


def denied() -> Stage:
    stage = asked()
    stage.says(officer("inai"), "CancellationDecided", decided("denied", MINUTE))
    return stage


@each_row("position", ["²", "9" * 400, "-1", ""])
def test_position_of_no_number_is_no_field(position: str) -> None:
    stage = scene()
    entry = next(entry for entry in stage.entries if entry.statement["type"] == "RepresentativeAppointed")
    named = requested({"entry": entry.leaf_hash, "field": f"body.scope.{position}"})
    assert stage.code(officer("nosc"), "CancellationRequested", named) == "E_NOT_FOUND"


def next_decision(stage: Stage) -> tuple[Voice, str, Body]:
    to = "blocked" if stage.status(STREAM) == "requested" else "destroyed"
    return officer("inai"), "CancellationDecided", decided(to, MINUTE)


WALK = Walk(
    kind="cancellation",
    stream=STREAM,
    table={
        "CancellationRequested": {"none": "requested"},
        "CancellationDecided": {"requested": "blocked", "blocked": "blocked"},
    },
    reach={"none": scene, "requested": asked, "blocked": blocked, "destroyed": destroyed, "denied": denied},
    acts={
        "CancellationRequested": lambda stage: (
            officer("nosc"),
            "CancellationRequested",
            requested(cited(stage)),
        ),
        "CancellationDecided": next_decision,
    },
)


@each_row(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


@each_row(
    ("reach", "to", "status"),
    [
        (asked, "blocked", "blocked"),
        (asked, "denied", "denied"),
        (asked, "destroyed", None),
        (blocked, "denied", "denied"),
        (blocked, "blocked", None),
        (blocked, "destroyed", "blocked"),
    ],
)
def test_outcome_moves_as_it_says(reach: Any, to: str, status: str | None) -> None:
    stage = reach()
    if status is None:
        refusal = stage.refused(officer("inai"), "CancellationDecided", decided(to, MINUTE))
        assert "E_STATE" in codes(refusal)
    else:
        body = decided(to, MINUTE, **({"until": "2019-06-01"} if to == "blocked" else {}))
        stage.says(officer("inai"), "CancellationDecided", body)
        assert stage.status(STREAM) == status


def test_withdrawn_are_the_documents_blocked_or_destroyed() -> None:
    assert withdrawals(asked().state) == {}
    assert withdrawals(denied().state) == {}
    assert list(withdrawals(blocked().state)) == [MINUTE]
    assert withdrawals(destroyed().state)[MINUTE].status == "destroyed"
    lifted = blocked()
    lifted.says(officer("inai"), "CancellationDecided", decided("denied", MINUTE))
    assert withdrawals(lifted.state) == {}


@each_row("first", ["x-0", "x-2"])
def test_later_block_of_what_was_destroyed_changes_nothing(first: str) -> None:
    """Two requests over real acts; the name of the second comes before that of the first, or after it."""
    stage, stream = destroyed(), f"cancellation/{first}"
    stage.says(officer("nosc"), "CancellationRequested", requested(cited(stage), cancellation=first), stream=stream)
    assert withdrawals(stage.state)[MINUTE].stream == STREAM
    body = decided("blocked", MINUTE, cancellation=first, until="2019-06-01")
    stage.says(officer("inai"), "CancellationDecided", body, stream=stream)
    assert stage.status(stream) == "blocked"
    assert (withdrawals(stage.state)[MINUTE].status, withdrawals(stage.state)[MINUTE].stream) == ("destroyed", STREAM)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["requested", "denied", "blocked", "destroyed"]),
            st.sets(st.sampled_from(["a", "b", "c"]), min_size=1),
        ),
        max_size=5,
    ),
    st.randoms(use_true_random=False),
)
def test_destroyed_outweighs_blocked_and_blocked_outweighs_nothing_in_any_order(
    cancellations: list[tuple[str, set[str]]], chance: Random
) -> None:
    outcome = DESTROYED.last
    assert outcome is not None
    made = [
        replace(
            DESTROYED,
            cancellation=f"x-{place}",
            status=status,
            items=tuple(
                CancellationItem(entry=Hex64(sha256("entry")), document=Hex64(sha256(name))) for name in sorted(names)
            ),
            outcomes=(replace(outcome, mark=replace(outcome.mark, index=place)),),
        )
        for place, (status, names) in enumerate(cancellations)
    ]
    expected: dict[str, Cancellation] = {}
    for status in ("destroyed", "blocked"):
        for one in made:
            expected |= {name: one for name in one.documents if one.status == status and name not in expected}
    for _ in range(4):
        chance.shuffle(made)
        assert withdrawals(SimpleNamespace(of=lambda _kind: iter(made))) == expected


def test_destruction_waits_for_the_end_of_the_block() -> None:
    stage = blocked().on("2019-03-31")
    assert stage.code(officer("inai"), "CancellationDecided", decided("destroyed", MINUTE)) == "E_DATE"


def test_destruction_needs_a_second_person_of_another_party_for_a_document() -> None:
    stage = blocked()
    body = decided("destroyed", MINUTE)
    stage.says(officer("inai"), "CancellationDecided", body)
    stage.join("inai", name="second")
    second_hat = Voice({**rep("nosc", "hat").actor, "person": "p-officer-inai"}, "rep-hat")
    stage.join("nosc", name="hat", person="p-officer-inai")
    for who in (officer("inai"), rep("inai", "second"), second_hat):
        assert stage.code(who, "CancellationDecided", body) == "E_SELF_DEALING"
        assert stage.status(STREAM) == "blocked"
    stage.says(officer("sfp"), "CancellationDecided", body)
    assert stage.status(STREAM) == "destroyed"


def test_second_person_says_what_the_first_said() -> None:
    stage = blocked()
    stage.says(officer("inai"), "CancellationDecided", decided("destroyed", MINUTE))
    other = decided("destroyed", MINUTE, reasons=text("Otra razón"))
    assert stage.code(officer("nosc"), "CancellationDecided", other) == "E_ROLE"
    stage.says(officer("inai"), "CancellationDecided", other)  # the first word in other words: no dead end
    assert stage.status(STREAM) == "blocked"
    stage.says(officer("nosc"), "CancellationDecided", other)
    assert stage.find(Cancellation, STREAM).outcomes[-1].reasons.to_json() == text("Otra razón")


def test_a_request_is_about_the_party_that_holds_what_is_asked_for_and_its_refusal_is_published_nowhere() -> None:
    assert asked().find(Cancellation, STREAM).concerns == ("party/inai",)
    assert CancellationRequested.is_confidential({})
    assert not CancellationDecided.is_confidential({})


def test_who_cited_a_document_does_not_destroy_it() -> None:
    assert "E_SELF_DEALING" in codes(blocked().refused("inai", "CancellationDecided", decided("destroyed", MINUTE)))


@each_row("to", ["blocked", "denied"])
def test_only_the_holder_decides(to: str) -> None:
    stage = asked()
    assert stage.code(officer("nosc"), "CancellationDecided", decided(to, MINUTE)) == "E_ROLE"


def test_holder_that_cannot_speak_any_more_is_no_dead_end() -> None:
    stage = asked()
    body = decided("blocked", MINUTE)
    assert stage.code(officer("nosc"), "CancellationDecided", body) == "E_ROLE"
    for key in [key for key in stage.state.of(Key) if key.party == "inai"]:
        stage.state._aggregates[key.stream] = replace(key, status="revoked")
    stage.state._aggregates[f"key/{key_id('root-inai')}"] = replace(
        stage.find(Key, f"key/{key_id('root-inai')}"), status="revoked"
    )
    stage.says(officer("nosc"), "CancellationDecided", body)
    assert stage.status(STREAM) == "blocked"


def test_secretariat_takes_a_request_in_and_decides_nothing() -> None:
    stage = scene()
    clerk = stage.join("nosc", name="clerk", capacity="secretariat")
    stage.says(clerk, "CancellationRequested", requested(cited(stage)))
    stage.join("inai", name="clerk-inai", capacity="secretariat")
    who = rep("inai", "clerk-inai", "secretariat")
    assert stage.code(who, "CancellationDecided", decided("blocked", MINUTE)) == "E_ROLE"


def test_official_s_name_in_a_signed_act_is_denied() -> None:
    stage = scene()
    [entry] = [entry for entry in stage.entries if entry.statement["body"].get("name") == "Persona officer-inai"]
    stage.says(
        officer("nosc"),
        "CancellationRequested",
        requested({"entry": entry.leaf_hash, "field": "body.name"}),
    )
    root_s_party = entry.statement["actor"]["party"]
    assert root_s_party == "inai"
    assert stage.code(officer("inai"), "CancellationDecided", decided("blocked")) == "E_POLICY"
    stage.says(officer("inai"), "CancellationDecided", decided("denied"))
    assert stage.status(STREAM) == "denied"


def test_commitment_is_destroyed_by_two_persons_of_one_party() -> None:
    stage = scene()
    sealed = {"by": "nosc", "commitment": COMMITMENT, "field": "name"}
    stage.says(officer("nosc"), "CancellationRequested", requested(cited(stage), applicant=sealed, cancellation="x-0"))
    item = {"commitment": COMMITMENT, "entry": stage.entries[-1].leaf_hash}
    stage.says(officer("nosc"), "CancellationRequested", requested(item))
    stage.says(officer("nosc"), "CancellationDecided", decided("blocked"))
    stage.on("2019-04-01").says(officer("nosc"), "CancellationDecided", decided("destroyed"))
    assert stage.code(officer("nosc"), "CancellationDecided", decided("destroyed")) == "E_SELF_DEALING"
    stage.says("nosc", "CancellationDecided", decided("destroyed"))
    cancellation = stage.find(Cancellation, STREAM)
    assert (cancellation.status, cancellation.commitments) == ("destroyed", (COMMITMENT,))


def test_seal_is_of_the_party_that_says_it() -> None:
    stage = scene()
    sealed = {"by": "inai", "commitment": COMMITMENT, "field": "name"}
    body = requested(cited(stage), applicant=sealed)
    assert stage.code(officer("nosc"), "CancellationRequested", body) == "E_ROLE"


def agreed(stage: Stage) -> None:
    docset = {"authentic": "es", "documents": [doc("minuta", "es")]}
    draft = {"agreement": "ag", "docset": docset, "parties": ["inai", "nosc"], "title": text("A"), "version": 1}
    stage.says("inai", "AgreementDrafted", draft)


def accepted(stage: Stage) -> None:
    submitted = {"commitment": "c1", "deliverable": "e1", "document": doc("minuta"), "version": 1}
    stage.says("inai", "DeliverableSubmitted", submitted)
    for party in ("nosc", "sfp"):
        stage.says(party, "DeliverableAccepted", {"commitment": "c1", "deliverable": "e1", "version": 1})


@each_row("rest_upon", [agreed, accepted])
@each_row("to", ["blocked", "destroyed"])
def test_what_was_agreed_or_accepted_is_never_hidden(rest_upon: Any, to: str) -> None:
    stage = asked() if to == "blocked" else blocked()
    rest_upon(stage)
    until = {"until": "2019-06-01"} if to == "blocked" else {}
    refusal = stage.refused(officer("inai"), "CancellationDecided", decided(to, MINUTE, **until))
    assert "E_POLICY" in codes(refusal)
    stage.says(officer("inai"), "CancellationDecided", decided("denied", MINUTE, ground="what_was_agreed"))


def test_what_a_decision_is_about_is_never_hidden() -> None:
    stage = asked()
    decision = stage.find(Decision, "decision/d-c1")
    act = replace(decision.act, body=Json({**decision.act.body, "evidence": [evidence("minuta")]}))
    stage.state._aggregates["decision/d-c1"] = replace(decision, act=act)
    refusal = stage.refused(officer("inai"), "CancellationDecided", decided("blocked", MINUTE))
    assert "E_POLICY" in codes(refusal)


def alleged(stage: Stage, party: str) -> None:
    body = {
        "allegation": "al-1", "alleged_actor": text("inai"), "description": text("Se redujo"),
        "evidence": [evidence("minuta")], "kind": "other", "since": "../2017-05",
    }  # fmt: skip
    stage.says(party, "AllegationMade", body)


def contested(stage: Stage, party: str) -> None:
    target = next(entry.leaf_hash for entry in stage.entries if entry.statement["type"] == "CommitmentProposed")
    body = {"contest": "k1", "evidence": [evidence("minuta")], "grounds": text("No consta"), "target": target}
    stage.says(party, "EntryContested", body)


def contested_work(stage: Stage, party: str) -> None:
    stage.deliver("sfp", "e1")
    body = {
        "commitment": "c1", "contest": "k1", "deliverable": "e1", "evidence": [evidence("minuta")],
        "grounds": text("Falta"), "version": 1,
    }  # fmt: skip
    stage.says(party, "DeliverableContested", body)


def answered(stage: Stage, party: str) -> None:
    """A response to an accusation, which cites it."""
    alleged_by = "nosc" if party == "inai" else "inai"
    body = {
        "accused": [party], "allegation": "al-1", "alleged_actor": text(party), "description": text("Se redujo"),
        "evidence": [], "kind": "other", "since": "../2017-05",
    }  # fmt: skip
    said = stage.says(alleged_by, "AllegationMade", body)
    response = {"evidence": [evidence("minuta")], "response": text("No"), "target": said.leaf_hash}
    stage.says(party, "ResponseGiven", response)


@each_row("rest_upon", [alleged, contested, contested_work, answered])
@each_row(("party", "status"), [("red", "requested"), ("inai", "blocked")])
def test_what_another_party_alleges_is_never_hidden_and_ones_own_can_be(
    rest_upon: Any, party: str, status: str
) -> None:
    stage = asked()
    rest_upon(stage, party)
    body = decided("blocked", MINUTE)
    if status == "requested":
        assert stage.code(officer("inai"), "CancellationDecided", body) == "E_POLICY"
    else:
        stage.says(officer("inai"), "CancellationDecided", body)
    assert stage.status(STREAM) == status


def test_charter_of_the_ledger_is_never_hidden() -> None:
    stage = scene()
    item = {"document": sha256("carta"), "entry": stage.entries[0].leaf_hash}
    stage.says(officer("nosc"), "CancellationRequested", requested(item))
    refusal = stage.refused(officer("inai"), "CancellationDecided", decided("blocked", sha256("carta")))
    assert "E_POLICY" in codes(refusal)


def test_request_names_what_the_entry_has_and_one_holder() -> None:
    stage = scene()
    stage.says("nosc", "CommitmentProposed", commitment("c2"))
    who = officer("nosc")
    missing = {"document": sha256("otra"), "entry": cited(stage)["entry"]}
    nowhere = {"document": MINUTE, "entry": sha256("no entry")}
    of_another = {"entry": stage.entries[-1].leaf_hash, "field": "body.title.es"}
    assert stage.code(who, "CancellationRequested", requested(missing)) == "E_NOT_FOUND"
    assert stage.code(who, "CancellationRequested", requested(nowhere)) == "E_NOT_FOUND"
    assert stage.code(who, "CancellationRequested", requested(cited(stage), of_another)) == "E_POLICY"
    assert stage.code(who, "CancellationRequested", requested(cited(stage), received_on="2019-03-09")) == "E_DATE"
    for due, code in (("2019-02-28", "E_DATE"), ("2019-03-01", "")):
        assert stage.code_of(who, "CancellationRequested", requested(cited(stage), due=due)) == code


def test_decision_names_the_documents_of_the_request_and_a_block_that_ends_later() -> None:
    stage = asked()
    who = officer("inai")
    assert stage.code(who, "CancellationDecided", decided("blocked")) == "E_DIGEST_MISMATCH"
    for until, code in (("2019-02-28", "E_DATE"), ("2019-03-01", "")):
        assert stage.code_of(who, "CancellationDecided", decided("blocked", MINUTE, until=until)) == code


@each_row(
    ("type_name", "body"),
    [
        ("CancellationDecided", decided("denied", MINUTE, until="2019-03-31")),
        ("CancellationDecided", decided("destroyed", MINUTE, ground="no_such_data")),
        ("CancellationDecided", {name: value for name, value in decided("blocked").items() if name != "until"}),
        ("CancellationRequested", requested()),
    ],
)
def test_members_go_with_the_outcome(type_name: str, body: Body) -> None:
    who = officer("inai")
    assert asked().code(who, type_name, body, stream=STREAM) == "E_MALFORMED"


def test_item_names_one_thing() -> None:
    with pytest.raises(FormError):
        CancellationItem.parse({"entry": MINUTE})
    with pytest.raises(FormError):
        CancellationItem.parse({"commitment": COMMITMENT, "document": MINUTE, "entry": MINUTE})


@each_row("type_name", ["CancellationRequested", "CancellationDecided"])
def test_acts_are_of_the_third_edition(type_name: str) -> None:
    body = requested({"document": MINUTE, "entry": MINUTE})
    with pytest.raises(UnknownAct) as caught:
        parse_act(type_name, 2, body)
    assert caught.value.problem.found == {"schema": 2, "since": 3}
