"""A developer's errand at a served ledger, with a client that aiopenapi3 makes of the served description alone.

    python tools/generated_client_run.py ADDRESS TRUST

Reads a commitment, lists what is overdue, gets an entry's receipt and verifies it against TRUST, fetches a document.
Prints what each step gave; ends with an error where one fails. `tests/api/test_generated_client.py` drafts, signs and
hands in too, which needs a key.
"""

import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any


def errand(address: str, trust: Path) -> list[str]:
    """Run the steps; gives a line for each."""
    import aiopenapi3  # noqa: PLC0415 - what is tried

    from constancia import verify  # noqa: PLC0415

    client: Any = aiopenapi3.OpenAPI.load_sync(f"{address}/openapi.json")._
    names = [row.commitment for row in client.list_commitments().items]
    commitment = client.get_commitment(parameters={"name": names[0]}).item
    late = client.list_overdue(parameters={"at": "2030-01-01"}).items
    ledger = client.get_ledger()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "receipt.tlog-proof"
        file.write_bytes(client.get_receipt(parameters={"name": "3"}))
        with verify.open_source(str(file)) as source:
            report = verify.audit_source(source, verify.load_trust(trust))
    if report.verdict is verify.Verdict.ALTERED:
        raise SystemExit(f"the receipt is {report.verdict.name}")
    document = next(Path(trust).parent.glob("documents/*"))
    given = client.get_document(parameters={"sha256": document.name})
    if given != document.read_bytes():
        raise SystemExit("the document is another")
    return [
        f"{len(names)} commitments, the first is {commitment.lifecycle}",
        f"{len(late)} overdue",
        f"{ledger.size} entries",
        f"receipt {report.verdict.name}",
        f"document of {len(given)} bytes",
    ]


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # of the client's library
    print("; ".join(errand(sys.argv[1], Path(sys.argv[2]))))
