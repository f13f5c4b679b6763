"""Kinds of aggregates: that acts and rules fit is checked when a kind is made, not when somebody is refused."""

import types
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, dataclass, fields
from typing import Any, ClassVar, Literal, Optional, Protocol

import pytest
from tests.rows import each_row

from constancia.domain.catalogue import AGGREGATES
from constancia.domain.kernel.acts import Act, act, act_base
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.codes import CODES
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.kind import AggregateKind, rule_list
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import ActRule, Breach, rule
from constancia.domain.values.values import Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamp(Aggregate):
    """A lamp."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door(Aggregate):
    """A door."""


@act_base
class LampAct(Act[Lamp]):
    """What is said of a lamp."""

    stream_kind: ClassVar = "lamp"
    stream_id: ClassVar = ("lamp",)

    lamp: Identifier


class NamesLamp(Protocol):
    @property
    def lamp(self) -> str: ...


class NamesDoor(Protocol):
    @property
    def door(self) -> str: ...


def made(one: ActRule[Any, Any] | None = None, **attributes: object) -> type[Act[Any]]:
    rules = (one,) if one else ()
    return act(type("Lit", (LampAct,), {"__module__": __name__, "RULES": rules, "__annotations__": {}, **attributes}))


def kind_of(cls: type[Act[Any]], base: type[Act[Any]] = LampAct, row: Mapping[str, str] | None = None) -> AggregateKind:
    return AggregateKind(base, {cls: row or {NONE: "on"}})


@rule("E_STATE", "about lamps", "de lámparas")
def of_lamps(act: LampAct, on: Lamp | None, at: Context) -> Breach:
    return None


@rule("E_STATE", "about doors", "de puertas")
def of_doors(act: LampAct, on: Door, at: Context) -> Breach:
    return None


@rule("E_STATE", "about acts that name a lamp", "de actos que nombran una lámpara")
def of_namers(act: NamesLamp, on: object, at: Context) -> Breach:
    return None


@rule("E_STATE", "about acts that name a door", "de actos que nombran una puerta")
def of_door_namers(act: NamesDoor, on: object, at: Context) -> Breach:
    return None


def test_the_base_says_the_aggregate_the_stream_and_the_table_says_the_acts() -> None:
    lit = made(of_lamps)
    kind = kind_of(lit)
    assert (kind.name, kind.aggregate, kind.acts) == ("lamp", Lamp, (lit,))
    assert kind.machine.rows == {"Lit": {NONE: "on"}}
    assert rule_list((kind, kind)) == (of_lamps,)


def test_acts_and_their_bases_are_frozen_without_further_members_and_made_by_names_alone() -> None:
    named = {"__module__": __name__, "__annotations__": {"name": Identifier}}
    base: type[Act[Any]] = act_base(type("Named", (LampAct,), dict(named)))
    classes: tuple[Any, ...] = (base, act(type("Lit", (LampAct,), dict(named))))
    for cls in classes:
        said = cls.parse({"lamp": "l1", "name": "n"})
        with pytest.raises(FrozenInstanceError):
            setattr(said, "name", "other")  # noqa: B010 - what the type forbids
        assert not hasattr(said, "__dict__")
        assert all(member.kw_only for member in fields(cls))


@rule("E_STATE", "about lamps and doors", "de lámparas y puertas")
def of_both(act: LampAct, on: Lamp | Door, at: Context) -> Breach:
    return None


@rule("E_STATE", "about any lamp there is", "de la lámpara que haya")
def of_a_possible_lamp(act: LampAct, on: Optional[Lamp], at: Context) -> Breach:  # noqa: UP045 - another class of hint
    return None


@each_row("one", [of_lamps, of_namers, of_both, of_a_possible_lamp])
def test_a_rule_about_such_acts_or_such_aggregates_fits(one: ActRule[Any, Any]) -> None:
    assert (one,) == kind_of(made(one)).acts[0].RULES


@rule("E_STATE", "about anything", "de lo que sea")
def of_anything(act: Any, on: Any, at: Context) -> Breach:
    return None


@rule("E_STATE", "about no class", "de ninguna clase")
def of_no_class(act: LampAct, on: Literal["lamp"], at: Context) -> Breach:
    return None


def test_a_rule_about_anything_fits() -> None:
    assert (of_anything,) == kind_of(made(of_anything)).acts[0].RULES


@each_row("one", [of_doors, of_door_namers, of_no_class])
def test_a_rule_about_other_acts_or_other_aggregates_does_not(one: ActRule[Any, Any]) -> None:
    with pytest.raises(TypeError, match="is not about Lit on Lamp"):
        kind_of(made(one))


@each_row(
    ("attributes", "why"),
    [
        ({"stream_kind": "door"}, "no act on the stream of LampAct"),
        ({"stream_id": ("door",)}, "no act on the stream of LampAct"),
        ({"CORRECTABLE": ("colour",)}, "no member colour"),
        ({"SORTED": {"colours": ""}}, "no member colours"),
    ],
)
def test_an_act_is_on_its_kinds_stream_and_names_members_that_it_has(attributes: dict[str, Any], why: str) -> None:
    with pytest.raises(TypeError, match=why):
        kind_of(made(**attributes))


def test_an_act_over_another_base_and_a_base_over_no_aggregate_are_none() -> None:
    with pytest.raises(TypeError, match="no act on the stream of LampAct"):
        kind_of(Act)
    with pytest.raises(TypeError, match="does not say which aggregate"):
        kind_of(made(), base=made())
    other: type[Act[Any]] = act_base(types.new_class("OfText", (Act[str],)))  # type: ignore[type-var]
    with pytest.raises(TypeError, match="OfText does not say which aggregate"):
        kind_of(made(), base=other)


def test_what_an_aggregate_concerns_can_be_read_without_folding_it() -> None:
    """Else its rows would lack in the timelines of what it is about, wherever nothing is folded."""

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Shade(Aggregate):
        lamp: str

        @property
        def concerns(self) -> tuple[str, ...]:
            return (f"lamp/{self.lamp}",)

    @dataclass(frozen=True, slots=True, kw_only=True)
    class NamedShade(Shade):
        ABOUT: ClassVar = ("lamp",)

    class ShadeAct(Act[Shade]):
        pass

    class NamedShadeAct(Act[NamedShade]):
        pass

    with pytest.raises(TypeError, match="Shade does not say what it concerns"):
        AggregateKind(ShadeAct, {})
    assert AggregateKind(NamedShadeAct, {}).aggregate is NamedShade
    assert NamedShade.concerned(None, {"body": {"lamp": "l1"}}) == ("lamp/l1",)


def is_said(rule: ActRule[Any, Any]) -> bool:
    """Tell whether a rule has a code and is said, in two languages, as a part of a sentence."""
    words = {rule.en, rule.es}
    unfit = any(not text or text.endswith(".") or text != text.strip() or "|" in text for text in words)
    return rule.code in CODES and len(words) == 2 and not unfit


def test_every_rule_has_a_known_code_and_words_in_both_languages() -> None:
    assert [(rule.code, rule.en, rule.es) for rule in rule_list(AGGREGATES) if not is_said(rule)] == []


def test_one_rule_in_one_language_is_one_in_the_other() -> None:
    pairs = {(one.en, one.es) for one in rule_list(AGGREGATES)}
    assert len({en for en, _es in pairs}) == len({es for _en, es in pairs}) == len(pairs)


def test_an_act_that_chooses_its_row_makes_one_move_a_choice() -> None:
    chosen = made(MOVES_BY="lamp")
    kind = AggregateKind(LampAct, {}, {chosen: {"high": {NONE: "on"}, "low": {"on": "dim"}}})
    assert kind.machine.rows == {"Lit.high": {NONE: "on"}, "Lit.low": {"on": "dim"}}
    assert kind.acts == (chosen,)
    assert (chosen.parse({"lamp": "high"}).step, made().parse({"lamp": "high"}).step) == ("Lit.high", "Lit")


def test_rows_by_choice_are_for_acts_that_choose_and_for_no_others() -> None:
    with pytest.raises(TypeError, match="choices for acts with MOVES_BY"):
        AggregateKind(LampAct, {}, {made(): {"high": {NONE: "on"}}})
    with pytest.raises(TypeError, match="choices for acts with MOVES_BY"):
        kind_of(made(MOVES_BY="lamp"))
    with pytest.raises(TypeError, match="has no member none"):
        AggregateKind(LampAct, {}, {made(MOVES_BY="none"): {"high": {NONE: "on"}}})
