"""Names of streams: no two acts of the second edition on, whose identifiers differ, name one stream (SPEC §6)."""

import re
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.domain.identity.test_edition import adopt, first_edition
from tests.domain.stage import Stage, commitment, deliverable, doc, seated, small_scope
from tests.domain.tables import codes
from tests.rows import each_row

from constancia.domain.catalogue import AGGREGATES, REGISTRY
from constancia.domain.commitments.deliverables.deliverable import DeliverableState
from constancia.domain.judgement.authority import _leading_ids, leading_ids

IDENTIFIERS = st.from_regex(re.compile(r"[a-c0-1][a-b0._-]{0,5}\Z"), fullmatch=True)
Named = tuple[str, dict[str, str]]


def name_of(named: Named) -> str:
    """The stream that the type gives for identifiers, by the type's own method."""
    type_name, ids = named
    cls: Any = REGISTRY[type_name]
    act = object.__new__(cls)
    for name, ident in ids.items():
        object.__setattr__(act, name, ident)
    return str(act.stream())


def ids_of(type_name: str) -> st.SearchStrategy[Named]:
    """Identifiers that the law of the second edition lets a type name."""
    plain = IDENTIFIERS.filter(lambda ident: "." not in ident)
    members = {one: plain if one in leading_ids() else IDENTIFIERS for one in REGISTRY[type_name].stream_id}
    return st.tuples(st.just(type_name), st.fixed_dictionaries(members))


NAMED = st.sampled_from(sorted(REGISTRY)).flatmap(ids_of)


@given(NAMED, NAMED)
def test_two_tuples_of_identifiers_never_name_one_stream(one: Named, other: Named) -> None:
    kinds = [
        (REGISTRY[name].stream_kind, tuple(ids[at] for at in REGISTRY[name].stream_id)) for name, ids in (one, other)
    ]
    assume(kinds[0] != kinds[1])
    assert name_of(one) != name_of(other)


@given(*(ids_of("DeliverableAccepted") for _ in range(2)))
def test_two_deliverables_never_share_a_stream(one: Named, other: Named) -> None:
    assume(one[1] != other[1])
    assert name_of(one) != name_of(other)


def test_kinds_have_names_of_their_own() -> None:
    names = [kind.name for kind in AGGREGATES]
    assert len(set(names)) == len(names)
    assert not any("/" in name or "." in name for name in names)


@each_row("name", ["rm.d1", "a.", "0.0.0"])
def test_an_identifier_that_leads_another_streams_name_holds_no_dot(name: str) -> None:
    assert seated().code("nosc", "CommitmentProposed", commitment(name)) == "E_MALFORMED"


def test_the_last_identifier_may_hold_one() -> None:
    stage = seated().adopted("rm", small_scope(deliverables=[deliverable("d1.1")]))
    stage.says("inai", "DeliverableSubmitted", submission("rm", "d1.1"))
    assert stage.status("deliverable/rm.d1.1") == "submitted"


def submission(of: str, name: str, version: int = 1) -> dict[str, Any]:
    return {"commitment": of, "deliverable": name, "document": doc(), "version": version}


def two_of_one_name() -> Stage:
    """A first-edition ledger in which rm.d1 + 1 was submitted to the stream of rm + d1.1."""
    stage = first_edition().body()
    stage.adopted("rm", small_scope(deliverables=[deliverable("d1.1")]))
    stage.adopted("rm.d1", small_scope(deliverables=[deliverable("1")]))
    stage.says("inai", "DeliverableSubmitted", submission("rm.d1", "1"))
    return stage


def test_the_first_edition_stays_as_it_was() -> None:
    stage = two_of_one_name()
    assert stage.find(DeliverableState, "deliverable/rm.d1.1").commitment == "rm.d1"
    refusal = stage.refused("inai", "DeliverableSubmitted", submission("rm", "d1.1"))
    assert refusal.code == "E_STATE"


def test_an_older_name_with_a_dot_goes_on_and_nobody_else_uses_its_stream() -> None:
    stage = adopt(two_of_one_name())
    accepted = {"commitment": "rm.d1", "deliverable": "1", "version": 1}
    stage.says("nosc", "DeliverableAccepted", accepted)
    refusal = stage.refused("sfp", "DeliverableAccepted", accepted | {"commitment": "rm", "deliverable": "d1.1"})
    assert refusal.code == "E_MALFORMED"
    assert stage.status("deliverable/rm.d1.1") == "submitted"
    stage.says("sfp", "DeliverableAccepted", accepted)
    assert stage.status("deliverable/rm.d1.1") == "accepted"
    assert "E_MALFORMED" in codes(stage.refused("nosc", "CommitmentProposed", commitment("rm.d2")))


def test_only_a_commitment_precedes_the_dot_of_a_stream() -> None:
    assert _leading_ids.__wrapped__(0) == leading_ids() == {"commitment"}
