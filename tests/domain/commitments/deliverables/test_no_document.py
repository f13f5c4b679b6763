"""Events and decisions take no document."""

from tests.domain.participation.test_gathering import promised
from tests.domain.stage import doc
from tests.rows import each_row


@each_row("name", ["e2", "e3"])
def test_no_document_is_submitted_for_an_event_or_a_decision(name: str) -> None:
    body = {"commitment": "c1", "deliverable": name, "document": doc(), "version": 1}
    refusal = promised().refused("inai", "DeliverableSubmitted", body)
    assert refusal.code == "E_STATE"
    assert "GatheringHeld" in refusal.rule
