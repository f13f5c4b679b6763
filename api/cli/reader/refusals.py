"""`constancia refusals`: list the signed attempts that a ledger refused, and check their signatures."""

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from constancia.api.cli.terminal import FAILED, fail, guarded, language, message, open_for_reading, say

if TYPE_CHECKING:
    from constancia.verify.core.formats.signatures import PublicKey

_PAGE = 100


@guarded
def command(
    source: Annotated[
        str, typer.Option("--from", help="Carpeta del libro o dirección http(s). / Ledger's folder or address.")
    ] = "demo",
    delete: Annotated[
        str | None,
        typer.Option(metavar="SHA256", help="Quitar un intento; para quien opera. / Remove one; for the operator."),
    ] = None,
) -> None:
    """Muestra los intentos rechazados y verifica sus firmas. / Show refused attempts and check their signatures.

    La lista está fuera de la cadena. / The list is outside the chain.

    Ejemplo / example: constancia refusals --from https://libro.example
    """
    if delete is not None:
        _delete(source, delete)
        return
    keys = _keys_of(source)
    count = valid = 0
    for attempt, document in _remote(source) if _is_address(source) else _stored(Path(source)):
        count += 1
        verdict, signed = _judged(attempt, document, keys)
        valid += verdict == "refusals.valid"
        listed = {name: attempt.get(name) or "—" for name in ("code", "first_at")}
        say(message("refusals.line", verdict=message(verdict), **signed, **listed))
    say(message("refusals.checked", valid=valid, count=count, source=source) if count else message("refusals.none"))
    if valid < count:
        raise typer.Exit(FAILED)  # 1 would be a verdict


def _is_address(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def _delete(source: str, sha256: str) -> None:
    from constancia.ledger.append.key_ring import KeyRing
    from constancia.ledger.attempts.database_attempts import DatabaseRefusedAttempts
    from constancia.ledger.attempts.refused_attempts import RefusedAttempts
    from constancia.ledger.clock import SystemClock
    from constancia.ledger.folder import LedgerFolder
    from constancia.ledger.store.address import address_in
    from constancia.ledger.store.postgres.driver import postgres

    if _is_address(source):
        raise fail(message("refusals.folder"))
    address = address_in(Path(source))
    keys, clock = KeyRing(), SystemClock()
    with contextlib.ExitStack() as resources:
        if address is None:
            attempts = RefusedAttempts(LedgerFolder(Path(source)).refusals, writable=True, keys=keys, clock=clock)
        else:
            tables = resources.enter_context(postgres().tables_in(address))
            attempts = DatabaseRefusedAttempts(tables, writable=True, keys=keys, clock=clock)
        resources.callback(attempts.close)
        attempts.delete(sha256)
    say(message("refusals.deleted", sha256=sha256))


def _judged(
    attempt: Mapping[str, Any], document: bytes, keys: "Mapping[str, tuple[PublicKey, str]]"
) -> tuple[str, dict[str, str]]:
    """Judge one attempt; give the verdict's message, and what the signed document says, whatever the list says."""
    from constancia.ledger.attempts.refused_attempts import are_signatures_valid
    from constancia.ledger.submission import parse_signed
    from constancia.verify.core.errors import Malformed

    sha256 = hashlib.sha256(document).hexdigest()
    try:
        signed = parse_signed(document)
        is_valid = are_signatures_valid(signed, lambda name: keys[name][0] if name in keys else None)
    except Malformed:
        return "refusals.invalid", {"type": "—", "stream": "—", "party": "—", "sha256": sha256}
    statement, party = signed.statement, signed.statement.actor.get("party", "—")
    owners = sorted({keys[signature.key][1] for signature in signed.signatures if signature.key in keys})
    if is_valid and owners != [party]:  # an actor may name any party; the key is of one
        party = message("refusals.key_of", party=party, owners=", ".join(owners))
    about = {"type": statement.type, "stream": statement.stream, "party": party, "sha256": sha256}
    if not is_valid:
        return "refusals.invalid", about
    return "refusals.valid" if attempt.get("sha256") == sha256 else "refusals.other", about


def _keys_of(source: str) -> "dict[str, tuple[PublicKey, str]]":
    """Collect the keys that the source's entries register, by id, each with its party."""
    from constancia.ledger.append.key_ring import introduced_keys
    from constancia.ledger.store.postgres.source import opened_source
    from constancia.verify.core.formats.entry import parse_entry

    with opened_source(source) as log:
        statements = [parse_entry(raw).statement for raw in log.entries()]
    return {
        key.key_id: (key, str(body["party"]))
        for statement in statements
        for key, body in zip(introduced_keys(statement), statement.body.get("founders", [statement.body]), strict=False)
    }


def _stored(folder: Path) -> Iterator[tuple[Mapping[str, Any], bytes]]:
    from constancia.api.routers.log.refusals import attempt_rows

    with open_for_reading(folder) as ledger:
        for start in range(0, ledger.refused.count, _PAGE):
            for row in attempt_rows(ledger, start, _PAGE):
                yield row, ledger.refused.document(row["sha256"])


def _remote(source: str) -> Iterator[tuple[Mapping[str, Any], bytes]]:
    from constancia.api.client.remote_log import RemoteLog, RemoteProblem

    try:
        with RemoteLog(source) as log:
            start = 0
            while rows := log.refusals(start, _PAGE):
                for row in rows:
                    yield row, log.refusal(str(row.get("sha256")))
                start += len(rows)
    except RemoteProblem as problem:
        raise fail(problem.text(language())) from problem
