"""A client that a library makes of the served description alone does a developer's whole errand."""

import base64
from functools import partialmethod
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from tests.api.served import Desk
from tests.ledger.world import doc

from constancia import verify

REPORT = "Informe de la institución".encode()


@pytest.fixture
def aiopenapi3() -> Any:
    """The library, imported for this test alone: every worker collects all tests."""
    return import_module("aiopenapi3")


def patient_client() -> Any:
    """The class that the library asks by, which does not give up after five seconds: the machine may be busy."""
    client = import_module("httpx2").Client
    return type("Patient", (client,), {"__init__": partialmethod(client.__init__, timeout=60)})


def test_client_reads_drafts_signs_hands_in_and_verifies(adopted: Desk, tmp_path: Path, aiopenapi3: Any) -> None:
    described: Any = aiopenapi3.OpenAPI.load_sync(f"{adopted.url}/openapi.json", session_factory=patient_client())
    client = described._  # operations by their names
    commitment = client.get_commitment(parameters={"name": "c1"})
    assert (commitment.item.commitment, commitment.item.lifecycle) == ("c1", "in_progress")
    late = client.list_overdue(parameters={"at": "2030-01-01"})
    assert {row.of for row in late.items} == {"commitment/c1"}
    assert all(row.days_late > 3_000 for row in late.items)

    ledger = client.get_ledger()
    wanted = {
        "actor": adopted.world.actor("sfp"),
        "body": {"commitment": "c1", "deliverable": "e1", "document": doc(REPORT), "version": 1},
        "key": adopted.world.keys["sfp"].key_id,
        "seen": {"root": ledger.root, "size": ledger.size},
        "type": "DeliverableSubmitted",
    }
    draft = client.draft_statement(data=wanted)
    assert draft.verdict.accepted, draft.verdict
    assert set(draft.sentence.model_dump()) == {"en", "es"}
    signature = adopted.world.keys["sfp"].sign(draft.statement.encode())
    signed = {
        "signatures": [{"key": signature.key, "sig": base64.b64encode(signature.sig).decode()}],
        "statement": draft.statement,
    }
    receipt = client.append_entry(data=signed)
    assert (receipt.index, receipt.replayed) == (ledger.size, False)
    assert client.append_entry(data=signed).replayed

    stored = client.store_document(data=REPORT)
    assert client.get_document(parameters={"sha256": stored.sha256}) == REPORT

    (tmp_path / "receipt.tlog-proof").write_bytes(client.get_receipt(parameters={"name": str(receipt.index)}))
    (tmp_path / "policy").write_text(f"log {ledger.log_key}\nquorum none\n")
    (tmp_path / "genesis").write_text(f"{ledger.genesis}\n")
    with verify.open_source(str(tmp_path / "receipt.tlog-proof")) as source:
        report = verify.audit_source(source, verify.load_trust(tmp_path))
    assert report.verdict is not verify.Verdict.ALTERED
    assert [act["type"] for act in client.list_acts().model_dump()["items"] if act["type"] == "DeliverableSubmitted"]

    with pytest.raises(aiopenapi3.errors.HTTPError) as refused:
        client.get_commitment(parameters={"name": "none"})
    assert "E_NOT_FOUND" in repr(vars(refused.value))
