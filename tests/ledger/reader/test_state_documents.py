"""The document that is written part by part is the one that is written whole, at any size, in any order."""

import pytest
from tests.ledger.conftest import Desk
from tests.ledger.world import play

from constancia.domain.kernel import aggregate
from constancia.domain.state import State
from constancia.ledger.reader import state_documents
from constancia.ledger.reader.state_documents import StateDocuments
from constancia.verify.core.formats.canonical import canonical


def test_documents_are_the_state_s_own_and_only_what_changed_is_written(founded: Desk) -> None:
    ledger, documents = founded.ledger, StateDocuments()
    for size in (ledger.size, 0, ledger.size - 1, 3, ledger.size):
        state = ledger.state(size)
        assert documents.of(state) == canonical(state.document())
    assert documents.of(State("other")) == canonical(State("other").document())
    written: list[object] = []

    def counted(value: object) -> object:
        written.append(value)
        return aggregate.document_of(value)

    documents.of(ledger.state())
    vars(state_documents)["document_of"] = counted
    try:
        before = founded.ledger.state().aggregates
        play(founded.world.commitment("c1"), founded.take)
        assert documents.of(ledger.state()) == canonical(ledger.state().document())
    finally:
        vars(state_documents)["document_of"] = aggregate.document_of
    after = founded.ledger.state().aggregates
    assert written == [after[stream] for stream in sorted(after) if after[stream] is not before.get(stream)]


def test_what_is_prepared_is_not_written_again_when_it_is_asked_for(
    founded: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents, state = StateDocuments(), founded.ledger.state()
    documents.prepare(state)
    expected = canonical(state.document())
    monkeypatch.setattr(state_documents, "document_of", None)
    assert documents.of(state) == expected
    few = StateDocuments()
    monkeypatch.setattr(state_documents, "_MOST_PREPARED", 1)
    few.prepare(state)  # nothing: that would need what is not there now
