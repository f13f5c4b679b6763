"""Typed values: exactly the members they name, each in its form, and back again as the same bytes."""

import dataclasses
from typing import Any, ClassVar

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.stage import doc, evidence, genesis, text
from tests.domain.strategies import few, json_values, scopes, windows
from tests.rows import each_row

from constancia.domain.commitments.scope import Scope
from constancia.domain.identity.genesis import LedgerOpened
from constancia.domain.values.values import (
    LABEL_CHARACTERS,
    LIST_ITEMS,
    TEXT_CHARACTERS,
    Count,
    Day,
    Digest,
    Doc,
    DocSet,
    EdtfText,
    Evidence,
    FormError,
    Hex64,
    Identifier,
    Json,
    Label,
    Quantity,
    Rule,
    StreamName,
    Text,
    TypeName,
    Value,
    canonical,
    digest,
    parser_for,
)
from constancia.verify.core.formats.canonical import canonical as verify_canonical

GOOD: list[tuple[Any, Any]] = [
    (Identifier, "ap-cas.nosc_1"), (Identifier, "a"), (Identifier, "0" * 64), (Hex64, "0af" + "0" * 61),
    (Digest, "sha256:" + "a" * 64), (Day, "2019-03-01"), (EdtfText, "2019-08/.."), (Label, "x"),
    (Label, "ñ" * LABEL_CHARACTERS), (TypeName, "VoteCast"), (StreamName, "agreement/ag-1"), (StreamName, "ledger"),
    (Count, 0), (Count, 2**53 - 1), (Json, {"a": [1]}), (str, "x" * TEXT_CHARACTERS), (bool, True),
    (Quantity, "0"), (Quantity, "-0.5"), (Quantity, "999999999999999.999999"),
]  # fmt: skip
BAD: list[tuple[Any, Any]] = [
    (Identifier, ""), (Identifier, "Ab"), (Identifier, "-a"), (Identifier, "a" * 65), (Identifier, "a\n"),
    (Identifier, "á"), (Identifier, "a/b"), (Identifier, 1), (Identifier, None), (Hex64, "A" * 64), (Hex64, "a" * 63),
    (Hex64, "a" * 64 + "\n"), (Digest, "a" * 64), (Digest, "sha512:" + "a" * 64), (Day, "2019-3-1"),
    (Day, "2019-02-29"), (Day, "2019-03"), (Day, 20190301), (EdtfText, "soon"), (EdtfText, "2019-05/2019-03"),
    (EdtfText, None), (Label, ""), (Label, "x" * (LABEL_CHARACTERS + 1)), (Label, 1), (TypeName, "voteCast"),
    (TypeName, "V"), (TypeName, "Vote1"), (StreamName, "agreement"), (StreamName, "agreement/"), (StreamName, "ag/x"),
    (StreamName, "agreement/a/b"), (StreamName, "agreement/A"), (Count, -1), (Count, 2**53), (Count, True),
    (Count, 1.0), (Count, "1"), (Json, [1]), (Json, None), (str, ""), (str, "x" * (TEXT_CHARACTERS + 1)), (bool, 1),
    (bool, "true"), (bool, None), (Quantity, 1), (Quantity, "01"), (Quantity, "+1"), (Quantity, "1."), (Quantity, ".5"),
    (Quantity, "1e3"), (Quantity, "NaN"), (Quantity, "1\n"), (Quantity, "١"), (Quantity, "0.0000001"),
]  # fmt: skip


@each_row(("kind", "value"), GOOD)
def test_value_of_its_form_is_read(kind: Any, value: Any) -> None:
    assert parser_for(kind)(value, "x") == value


@each_row(("kind", "value"), BAD)
def test_value_of_another_form_is_refused_and_says_where(kind: Any, value: Any) -> None:
    with pytest.raises(FormError) as caught:
        parser_for(kind)(value, "body.x")
    assert caught.value.where == "body.x"


@few
@given(json_values())
def test_canonical_is_rfc_8785_and_the_verifiers_within_the_profile(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value) == verify_canonical(value)


def test_canonical_is_utf_8_without_escapes_and_sorted() -> None:
    assert canonical({"ñ": "漢", "a": [True, None, 1]}) == '{"a":[true,null,1],"ñ":"漢"}'.encode()


def test_digest_is_the_sha256_of_the_canonical_bytes() -> None:
    assert digest({}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})


@few
@given(scopes())
def test_scope_comes_back_as_the_same_bytes(item: dict[str, Any]) -> None:
    assert canonical(Scope.parse(item).to_json()) == canonical(item)


def test_genesis_comes_back_as_the_same_bytes() -> None:
    assert canonical(LedgerOpened.parse(genesis()).to_json()) == canonical(genesis())


@few
@given(windows())
def test_a_window_comes_back_as_it_was_written(window: str) -> None:
    assert parser_for(EdtfText)(window, "x") == window


@few
@given(scopes(), st.data())
def test_a_member_too_many_or_too_few_is_refused(item: dict[str, Any], data: st.DataObject) -> None:
    with pytest.raises(FormError) as caught:
        Scope.parse(item | {"extra": 1})
    assert caught.value.where == "body.extra"
    name = data.draw(st.sampled_from(["actions", "deliverables", "milestones"]))
    with pytest.raises(FormError):
        Scope.parse({key: value for key, value in item.items() if key != name})


@each_row("item", [None, [], "x", 1, [("es", "x")]])
def test_only_an_object_is_an_object(item: Any) -> None:
    with pytest.raises(FormError):
        Text.parse(item)


def test_the_type_of_a_member_is_known_by_its_name() -> None:
    assert [Doc.member_hint(name) for name in ("title", "size", "none_such")] == [Text, Count, None]
    assert [Text.member_hint(name) for name in ("es", "pt_br", "title", "ES")] == [str, str, None, None]


def test_null_is_not_absence() -> None:
    with pytest.raises(FormError):
        Text.parse({"es": "x", "en": None})


@each_row("count", [0, 1, LIST_ITEMS, LIST_ITEMS + 1])
def test_lists_and_maps_are_bounded(count: int) -> None:
    names = [f"r{number}" for number in range(count)]
    values: list[tuple[Any, Any]] = [
        (tuple[Identifier, ...], names),
        (dict[str, Rule], {name: {"rule_source": "law", "value": 1} for name in names}),
    ]
    for hint, value in values:
        if count > LIST_ITEMS:
            with pytest.raises(FormError):
                parser_for(hint)(value, "x")
        else:
            assert len(parser_for(hint)(value, "x")) == count


@each_row(("count", "is_taken"), [(1, True), (LIST_ITEMS, True), (LIST_ITEMS + 1, False)])
def test_a_text_has_at_most_so_many_languages(count: int, *, is_taken: bool) -> None:
    item = {f"q{first}{second}": "x" for first in "abcdefghijk" for second in "abcdefghij"}
    item = dict(list(item.items())[:count])
    if is_taken:
        assert Text.parse(item).to_json() == item
    else:
        with pytest.raises(FormError):
            Text.parse(item)


@each_row(
    ("hint", "value"), [(tuple[Identifier, ...], {"a": "b"}), (tuple[Identifier, ...], "ab"), (dict[str, Rule], [])]
)
def test_a_list_is_no_map_and_a_map_is_no_list(hint: Any, value: Any) -> None:
    with pytest.raises(FormError):
        parser_for(hint)(value, "x")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pair(Value):
    first: Identifier
    second: Identifier


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Value):
    SORTED: ClassVar = {"names": "", "pairs": "first"}

    names: tuple[Identifier, ...]
    pairs: tuple[Pair, ...] = ()


@each_row(
    ("names", "is_sorted"),
    [([], True), (["a"], True), (["a", "b", "c"], True), (["a", "a"], False), (["a", "c", "b"], False)],
)
def test_a_sorted_list_has_each_identifier_once_and_in_order(names: list[str], *, is_sorted: bool) -> None:
    pairs = [{"first": name, "second": "z"} for name in names]
    for item, where in (({"names": names}, "body.names"), ({"names": [], "pairs": pairs}, "body.pairs")):
        if is_sorted:
            assert Listed.parse(item).to_json() == {"pairs": []} | item
        else:
            with pytest.raises(FormError) as caught:
                Listed.parse(item)
            assert caught.value.where == where


def test_errors_show_little_of_what_was_found() -> None:
    with pytest.raises(FormError) as caught:
        parser_for(Identifier)("X" * 10_000, "x")
    assert len(str(caught.value)) < 250
    assert caught.value.found == "'" + "X" * 119


def test_values_are_frozen() -> None:
    value = Text.parse(text("x"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.by_language = ()  # type: ignore[misc]


def test_json_is_a_copy() -> None:
    original = {"a": [1]}
    kept = parser_for(Json)(original, "x")
    original["a"].append(2)
    assert kept == {"a": [1]}


def test_evidence_has_a_hash_or_an_address() -> None:
    assert Evidence.parse(evidence()).uri is None
    with pytest.raises(FormError):
        Evidence.parse({"description": text("x")})


@each_row(
    "item",
    [
        {"authentic": "es", "documents": []},
        {"authentic": "es", "documents": [doc("a")]},
        {"authentic": "es", "documents": [doc("a", "en")]},
        {"authentic": "es", "documents": [doc("a", "es"), doc("b", "es")]},
    ],
)
def test_a_docset_has_one_document_a_language_with_the_authentic_one(item: dict[str, Any]) -> None:
    with pytest.raises(FormError):
        DocSet.parse(item)


def test_6_the_docsets_digest_covers_every_language() -> None:
    one = {"authentic": "es", "documents": [doc("a", "es"), doc("b", "en")]}
    other = {"authentic": "es", "documents": [doc("a", "es"), doc("c", "en")]}
    assert digest(DocSet.parse(one).to_json()) == digest(one)
    assert digest(one) != digest(other) != digest(one | {"authentic": "en"})


@each_row("size", [-1, "1", 1.5, True])
def test_a_documents_size_is_a_number(size: Any) -> None:
    with pytest.raises(FormError):
        Doc.parse(doc() | {"size": size})


@each_row("value", ["unanimity", True, 30, "x" * LABEL_CHARACTERS])
def test_a_rules_value_is_a_string_a_number_or_a_boolean(value: Any) -> None:
    item = {"rule_source": "adopted", "value": value}
    assert Rule.parse(item).to_json() == item


@each_row(
    "item",
    [
        {"rule_source": "adopted", "value": None},
        {"rule_source": "adopted", "value": 1.5},
        {"rule_source": "adopted", "value": ["x"]},
        {"rule_source": "adopted", "value": "x" * (LABEL_CHARACTERS + 1)},
        {"rule_source": "mine", "value": 1},
        {"value": 1},
        {"rule_source": "adopted", "value": 1, "more": 1},
    ],
)
def test_a_rule_says_where_it_comes_from(item: dict[str, Any]) -> None:
    with pytest.raises(FormError):
        Rule.parse(item)


def test_an_annotation_without_a_reader_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(TypeError):
        parser_for(float)


def test_what_has_not_its_form_is_named_by_place_and_by_what_was_expected() -> None:
    error = FormError("body.title", "a text", "x" * 500)
    assert (error.where, error.expected, len(error.found)) == ("body.title", "a text", 120)
    assert str(error) == f"body.title: expected a text, found '{'x' * 119}"
