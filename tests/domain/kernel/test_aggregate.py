"""The frozen aggregate: concurring words by body and party, and its document."""

from dataclasses import dataclass, field, fields, replace
from datetime import date

from tests.domain.remarks.test_allegation import allegation

from constancia.domain.catalogue import KINDS
from constancia.domain.kernel.aggregate import IN_PLACE, Aggregate, Concurrence, Mark, document_of, moved
from constancia.domain.remarks.allegation import AllegationMade
from constancia.domain.values.values import Text


def mark(party: str, index: int = 1) -> Mark:
    return Mark(index=index, leaf_hash="0" * 64, party=party, occurred_on="2019-03", recorded_at="2019-03-01T00:00:00Z")


def test_moving_an_aggregate_is_replacing_members_of_it() -> None:
    for kind in KINDS.values():
        names = [member.name for member in fields(kind.aggregate)]
        before = object.__new__(kind.aggregate)  # of any members, as this is no matter of what they are
        for name in names:
            object.__setattr__(before, name, name)
        after = moved(before, status="adopted", version=7)
        assert type(after) is kind.aggregate
        assert after == replace(before, status="adopted", version=7)
        assert [getattr(before, name) for name in names] == names, "the one before is left as it is"


def test_what_nobody_said_yet_is_an_empty_concurrence() -> None:
    assert Aggregate(stream="s").concurrence("T", "d").parties == frozenset()


def test_5_only_equal_bodies_of_one_type_concur() -> None:
    one = Aggregate(stream="s", concurring=(Concurrence(type="T", digest="d1", marks=(mark("inai"),)),))
    assert one.concurrence("T", "d1").parties == {"inai"}
    assert one.concurrence("T", "d2").parties == frozenset()
    assert one.concurrence("U", "d1").parties == frozenset()


def test_the_order_of_concurrences_is_not_that_of_speaking() -> None:
    first, second = Concurrence(type="T", digest="d1"), Concurrence(type="T", digest="d2")
    one, other = Aggregate(stream="s", concurring=(first,)), Aggregate(stream="s", concurring=(second,))
    assert one.with_concurrence(second) == other.with_concurrence(first) == (first, second)
    again = Concurrence(type="T", digest="d1", marks=(mark("inai"),))
    assert one.with_concurrence(again) == (again,)
    both = replace(one, concurring=one.with_concurrence(second))
    assert both.without_concurrence(again) == (second,), "whatever has been added to it meanwhile"
    assert one.without_concurrence(second) == one.concurring


def test_the_document_leaves_out_what_is_absent_and_keeps_what_is_empty() -> None:
    assert document_of(mark("inai")) == {
        "index": 1,
        "leaf_hash": "0" * 64,
        "occurred_on": "2019-03",
        "party": "inai",
        "recorded_at": "2019-03-01T00:00:00Z",
    }
    assert document_of(Aggregate(stream="s")) == {"concurring": [], "status": "none", "stream": "s", "version": 0}


def test_the_document_is_plain_json() -> None:
    found = document_of({"a": (Text.parse({"es": "x"}),), "b": frozenset({"z", "y"}), "c": {"d": True}})
    assert found == {"a": [{"es": "x"}], "b": ["y", "z"], "c": {"d": True}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asserted(Aggregate):
    report: AllegationMade = field(metadata=IN_PLACE)


def test_an_act_that_an_aggregate_keeps_gives_its_members_without_where_the_fact_comes_from() -> None:
    report = AllegationMade.parse(allegation() | {"provenance": "invented"})
    document = document_of(Asserted(stream="allegation/al-1", report=report))
    assert document == allegation() | {
        "concurring": [], "status": "none", "stream": "allegation/al-1", "version": 0
    }  # fmt: skip


def test_an_aggregate_concerns_nothing_and_owes_nothing_unless_it_says_so() -> None:
    plain = Aggregate(stream="s")
    assert (plain.concerns, plain.topics, plain.duties_of("nosc"), plain.version) == ((), (), (), 0)


def test_most_states_do_not_depend_on_the_day() -> None:
    assert Aggregate(stream="s", status="open").status_on(date(2099, 1, 1)) == "open"
