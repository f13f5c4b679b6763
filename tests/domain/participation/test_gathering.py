"""Gatherings: who calls and reports them, that they are moved with the earlier call kept, and what is no gathering."""

from typing import Any

import pytest
from tests.domain.stage import MEMBERS, Body, Stage, act_of, deliverable, doc, milestone, seated, small_scope, text
from tests.domain.tables import Walk, codes
from tests.rows import each_row

from constancia.domain.commitments.gathering import Gathering

G1 = "gathering/g1"
FORUM: Body = {"commitment": "c1", "deliverable": "e2"}
SCOPE: Body = small_scope(
    deliverables=[deliverable(), deliverable("e2", form="event"), deliverable("e3", form="decision")],
    milestones=[milestone(support=["consultant"])],
)


def convened(name: str = "g1", window: str = "2019-03-26", **more: Any) -> Body:
    return {
        "about": FORUM, "agenda": [text("Bienvenida"), text("Relatoría")], "gathering": name, "kind": "forum",
        "open_to": text("Público"), "title": text("Foro"), "window": window,
    } | more  # fmt: skip


def held(name: str = "g1", window: str = "2019-03-26", **more: Any) -> Body:
    return {"attendance": 180, "gathering": name, "window": window} | more


def unconvened(window: str = "2019-02", **more: Any) -> Body:
    """One of the two meetings of February 2019, of which nothing more precise is known."""
    return held(window=window, governance_body="cc", kind="meeting", title=text("Sesión")) | more


def contributed(name: str = "k1", **more: Any) -> Body:
    return {
        "consent": "count_only", "contribution": name, "contributor": "citizen", "gathering": "g1", "sha256": "a" * 64,
    } | more  # fmt: skip


def promised() -> Stage:
    """A committee, and a commitment that promises a forum and a decision."""
    return seated().adopted("c1", SCOPE)


def called(**more: Any) -> Stage:
    stage = promised()
    stage.says("sfp", "GatheringConvened", convened(**more))
    return stage


def over(**more: Any) -> Stage:
    stage = called().on("2019-03-27")
    stage.says("sfp", "GatheringHeld", held(**more), occurred_on="2019-03-26")
    return stage


def held_by(party: str) -> Stage:
    """What `sfp` convened, of which another has said that nobody came."""
    stage = called().on("2019-03-26")
    stage.says(party, "GatheringHeld", held(attendance=0))
    return stage


def heard(**more: Any) -> Stage:
    return called(kind="consultation", window="2019-04/2019-05-10", about={"commitment": "c1"}, **more).on("2019-05-02")


def found(stage: Stage) -> Gathering:
    return stage.find(Gathering, G1)


@each_row(
    ("about", "concerns"),
    [
        (None, ()),
        ({"commitment": "c1"}, ("commitment/c1",)),
        (FORUM, ("commitment/c1", "deliverable/c1.e2")),
    ],
)
def test_a_gathering_concerns_what_it_is_about(about: Body | None, concerns: tuple[str, ...]) -> None:
    stage = promised()
    said = {"governance_body": "cc", "kind": "meeting"} if about is None else {"about": about, "kind": "workshop"}
    if about == FORUM:
        said |= {"kind": "forum"}
    call = {name: value for name, value in convened(**said).items() if name != "about" or about is not None}
    stage.says("sfp", "GatheringConvened", call)
    assert found(stage).concerns == concerns


WALK = Walk(
    kind="gathering",
    stream=G1,
    table={
        "GatheringConvened": {"none": "convened", "convened": "convened"},
        "GatheringHeld": {"none": "held", "convened": "held", "held": "held"},
        "ContributionReceived": {"convened": "convened", "held": "held"},
    },
    reach={
        "none": lambda: promised().on("2019-03-26"),
        "convened": lambda: called().on("2019-03-26"),
        "held": lambda: held_by("inai"),
    },
    acts={
        "GatheringConvened": lambda _: ("sfp", "GatheringConvened", convened(window="2019-04-09")),
        "GatheringHeld": lambda stage: ("sfp", "GatheringHeld", held(window=stage.today)),
        "ContributionReceived": lambda _: ("red", "ContributionReceived", contributed()),
    },
    words={("none", "GatheringHeld"): "E_STATE"},
)  # fmt: skip


@each_row(("state", "act"), [pair for pair in WALK.pairs() if pair.values != ("none", "GatheringHeld")])
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


def test_what_nobody_convened_is_told_as_historical_in_its_own_precision() -> None:
    stage = seated()
    stage.says("sfp", "GatheringHeld", unconvened(), occurred_on="2019-02")
    gathering = found(stage)
    assert (gathering.status, gathering.window, gathering.kind) == ("held", "2019-02", "meeting")
    assert gathering.convenings == ()


def test_what_nobody_convened_is_not_held_live() -> None:
    stage = seated()
    refusal = stage.refused("sfp", "GatheringHeld", unconvened("2019-03-01"))
    assert refusal.code == "E_STATE"


@each_row("missing", ["governance_body", "kind", "title"])
def test_what_nobody_convened_says_what_it_was(missing: str) -> None:
    body = {name: value for name, value in unconvened().items() if name != missing}
    assert "E_NOT_FOUND" in codes(seated().refused("sfp", "GatheringHeld", body, occurred_on="2019-02"))


def test_another_call_moves_it_and_the_first_one_stays() -> None:
    stage = called()
    stage.says("sfp", "GatheringConvened", convened(window="2019-04-09", title=text("Foro público")))
    gathering = found(stage)
    assert [call.window for call in gathering.convenings] == ["2019-03-26", "2019-04-09"]
    assert (gathering.window, gathering.title.to_json()["es"]) == ("2019-04-09", "Foro público")


@each_row("type_name", ["GatheringConvened", "GatheringHeld"])
@each_row(
    "changed",
    [
        {"kind": "workshop"},
        {"about": FORUM | {"commitment": "c2"}},
        {"about": {"commitment": "c1", "deliverable": "e4"}},
        {"governance_body": "junta"},
    ],
)
def test_kind_body_and_matter_stay(type_name: str, changed: Body) -> None:
    scope = SCOPE | {"deliverables": [*SCOPE["deliverables"], deliverable("e4", form="event")]}
    stage = seated().body("junta", ("inai", "sfp")).adopted("c1", scope)
    stage.says("nosc", "CommitmentProposed", {"commitment": "c2", "governance_body": "cc", "objective": text("F"),
                                              "problem": text("P"), "title": text("T")})  # fmt: skip
    stage.says("sfp", "GatheringConvened", convened(governance_body="cc"))
    stage.on("2019-03-26")
    body = convened() if type_name == "GatheringConvened" else held()
    assert "E_POLICY" in codes(stage.refused("sfp", type_name, body | changed))


def test_title_of_what_was_convened_stays_when_it_is_held() -> None:
    stage = called().on("2019-03-26")
    assert stage.code("sfp", "GatheringHeld", held(title=text("Otro"))) == "E_POLICY"
    stage.says("sfp", "GatheringHeld", held(title=text("Foro"), kind="forum", about=FORUM))


def test_a_later_word_adds_what_an_earlier_one_left_open() -> None:
    stage = called(about={"commitment": "c1"}).on("2019-03-26")
    stage.says("sfp", "GatheringHeld", held(about=FORUM))
    about = found(stage).about
    assert about is not None
    assert (about.commitment, about.deliverable) == ("c1", "e2")


# What two words say of the matter, and what is known of it after both; of each member one says it, or both do.
WORDS: list[tuple[Body, Body, Body]] = [
    ({}, {"milestone": "m1"}, {"milestone": "m1"}),
    ({"milestone": "m1"}, {}, {"milestone": "m1"}),
    ({"milestone": "m1"}, {"milestone": "m1"}, {"milestone": "m1"}),
    ({"milestone": "m1"}, {"deliverable": "e2"}, {"deliverable": "e2", "milestone": "m1"}),
    ({"deliverable": "e2"}, {"milestone": "m1"}, {"deliverable": "e2", "milestone": "m1"}),
    ({"deliverable": "e2"}, {}, {"deliverable": "e2"}),
]


@each_row(("first", "second", "known"), WORDS)
def test_a_later_word_takes_nothing_away(first: Body, second: Body, known: Body) -> None:
    of: Body = {"commitment": "c1"}
    stage = called(about=of | first).on("2019-03-26")
    stage.says("sfp", "GatheringHeld", held(about=of | second))
    about = found(stage).about
    assert about is not None
    assert about.to_json() == of | known


def test_a_promise_that_took_another_form_meanwhile_is_not_judged_where_a_later_word_does_not_name_it() -> None:
    stage = called()
    items = [deliverable(), deliverable("e2"), deliverable("e3", form="decision")]
    change = {
        "commitment": "c1", "decision": "d-2", "declared_kind": "reduction", "from_version": 1,
        "scope": SCOPE | {"deliverables": items},
    }  # fmt: skip
    stage.decided("d-2", act_of("ScopeChanged", change)).says("inai", "ScopeChanged", change)
    stage.on("2019-03-26")
    assert stage.code("sfp", "GatheringHeld", held(about=FORUM)) == "E_POLICY"
    stage.says("sfp", "GatheringHeld", held())


@each_row("missing", ["kind", "title"])
def test_what_nobody_convened_is_not_taken_in_without_what_it_was(missing: str) -> None:
    """The rules refuse it before; a state that is folded without them has nothing to make of it."""
    body = {name: value for name, value in unconvened().items() if name != missing}
    stage = seated()
    entry = stage.entry("sfp", "GatheringHeld", body, occurred_on="2019-02")
    with pytest.raises(ValueError, match="without kind and title"):
        stage.state.apply(entry, entry.act(), stage.lookup)


@each_row("name", ["e1", "e3"])
def test_only_an_event_is_fulfilled_by_a_gathering(name: str) -> None:
    about = {"commitment": "c1", "deliverable": name}
    assert promised().code("sfp", "GatheringConvened", convened(about=about)) == "E_POLICY"


def test_a_gathering_is_of_the_milestone_of_its_deliverable() -> None:
    scope = SCOPE | {"milestones": [*SCOPE["milestones"], milestone("m2", lead=["nosc"])]}
    stage = seated().adopted("c1", scope)
    assert stage.code("sfp", "GatheringConvened", convened(about=FORUM | {"milestone": "m2"})) == "E_POLICY"
    stage.says("sfp", "GatheringConvened", convened(about=FORUM | {"milestone": "m1"}))


def test_it_is_convened_before_it_is_over() -> None:
    stage = promised().on("2019-03-27")
    assert stage.code("sfp", "GatheringConvened", convened()) == "E_DATE"
    stage.says("sfp", "GatheringConvened", convened(), occurred_on="2019-03-26")


@each_row(
    ("window", "said"),
    [("2019-03-28", "2019-03-27"), ("2019-03-26/2019-03-28", "2019-03-27"), ("2019-04", "2019-03-27")],
)
def test_what_was_held_does_not_lie_in_the_future(window: str, said: str) -> None:
    stage = called().on("2019-03-27")
    assert "E_DATE" in codes(stage.refused("sfp", "GatheringHeld", held(window=window), occurred_on=said))


@each_row(("window", "said"), [("2019-03-26", "2019-03-27"), ("2019-03-27", "2019-03-26")])
def test_an_act_is_dated_within_the_days_on_which_it_was_held(window: str, said: str) -> None:
    stage = called().on("2019-03-28")
    assert stage.code("sfp", "GatheringHeld", held(window=window), occurred_on=said) == "E_DATE"


@each_row(
    ("type_name", "body"),
    [
        ("GatheringConvened", {name: value for name, value in convened().items() if name != "about"}),
        ("GatheringConvened", convened(kind="party")),
        ("GatheringHeld", held(window="2019-03-26/..")),
        ("GatheringHeld", held(attendees=["Persona A"])),
        ("GatheringHeld", held(contributions=[{"count": 1, "kind": "b"}, {"count": 1, "kind": "a"}])),
        ("ContributionReceived", contributed(document=doc())),
        ("ContributionReceived", {name: value for name, value in contributed().items() if name != "sha256"}),
        ("ContributionReceived", contributed(count=0)),
        ("ContributionReceived", contributed(count=5, pseudonym="jacaranda")),
        ("ContributionReceived", contributed(pseudonym="Persona A")),
    ],
)
def test_form(type_name: str, body: Body) -> None:
    assert called().code("sfp", type_name, body, stream=G1) == "E_MALFORMED"


def test_it_concerns_its_commitment_and_its_deliverable() -> None:
    assert found(called()).concerns == ("commitment/c1", "deliverable/c1.e2")
    assert found(called(about={"commitment": "c1"})).concerns == ("commitment/c1",)


def test_another_member_neither_moves_a_gathering_nor_says_before_its_day_that_nobody_came() -> None:
    """Who convened a forum would find it held, with nobody there, a week before its day."""
    stage = called()
    for window in ("2019-04-09", "2030"):
        assert stage.code("inai", "GatheringConvened", convened(window=window)) == "E_ROLE"
    assert stage.code("inai", "GatheringHeld", held(window="2019-03-01", attendance=0)) == "E_DATE"
    stage.says("sfp", "GatheringConvened", convened(window="2019-03-12"))
    stage.on("2019-03-27").says("sfp", "GatheringHeld", held(), occurred_on="2019-03-26")


def test_who_convened_it_says_that_it_was_held_a_day_early() -> None:
    """Nobody else can: a word before its day ends what is still to come."""
    stage = called().on("2019-03-27")
    early = held(window="2019-03-25")
    for party in ("inai", "nosc"):
        assert stage.code(party, "GatheringHeld", early, occurred_on="2019-03-25") == "E_DATE"
    stage.says("sfp", "GatheringHeld", early, occurred_on="2019-03-25")


def test_who_convened_it_has_its_own_word_after_another_member_was_quicker() -> None:
    stage = held_by("inai")
    first = found(stage).holding
    assert stage.code("nosc", "GatheringHeld", held()) == "E_STATE"
    assert stage.code("inai", "GatheringHeld", held()) == "E_STATE"
    stage.says("sfp", "GatheringHeld", held(attendance=180))
    gathering = found(stage)
    assert gathering.holding == first, "what was said first stays, and when"
    own = gathering.own_word
    assert own is not None
    assert (own.attendance, own.mark.party) == (180, "sfp")
    for party in MEMBERS:
        assert stage.code(party, "GatheringHeld", held()) == "E_STATE"


def test_once_who_convened_it_can_not_speak_another_member_moves_it() -> None:
    stage = called().lose("root-sfp", "rep-sfp")
    stage.says("inai", "GatheringConvened", convened(window="2019-04-09"))
