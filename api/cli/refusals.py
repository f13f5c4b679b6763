"""`constancia refusals`: list the signed attempts that a ledger refused, and check their signatures."""

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
    from constancia.ledger.append.refused_attempts import are_signatures_valid
    from constancia.ledger.submission import parse_signed
    from constancia.verify.core.errors import Malformed

    if delete is not None:
        _delete(source, delete)
        return
    keys = _keys_of(source)
    count = valid = 0
    for attempt, document in _remote(source) if _is_address(source) else _stored(Path(source)):
        count += 1
        try:
            is_valid = are_signatures_valid(parse_signed(document), keys.get)
        except Malformed:
            is_valid = False
        valid += is_valid
        verdict = message("refusals.valid" if is_valid else "refusals.invalid")
        shown = {name: attempt.get(name) or "—" for name in ("code", "type", "stream", "party", "sha256")}
        say(message("refusals.line", verdict=verdict, at=attempt.get("first_at") or "—", **shown))
    say(message("refusals.checked", valid=valid, count=count, source=source) if count else message("refusals.none"))
    if valid < count:
        raise typer.Exit(FAILED)  # 1 would be a verdict


def _is_address(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def _delete(source: str, sha256: str) -> None:
    from constancia.ledger.append.key_ring import KeyRing
    from constancia.ledger.append.refused_attempts import RefusedAttempts
    from constancia.ledger.clock import SystemClock
    from constancia.ledger.folder import LedgerFolder

    if _is_address(source):
        raise fail(message("refusals.folder"))
    path = LedgerFolder(Path(source)).refusals
    attempts = RefusedAttempts(path, writable=True, keys=KeyRing(), clock=SystemClock())
    try:
        attempts.delete(sha256)
    finally:
        attempts.close()
    say(message("refusals.deleted", sha256=sha256))


def _keys_of(source: str) -> "dict[str, PublicKey]":
    """Collect the keys that the source's entries register, by id."""
    from constancia.ledger.append.key_ring import introduced_keys
    from constancia.verify.core.formats.entry import parse_entry
    from constancia.verify.sources.source import open_source

    with open_source(source) as log:
        return {key.key_id: key for raw in log.entries() for key in introduced_keys(parse_entry(raw).statement)}


def _stored(folder: Path) -> Iterator[tuple[Mapping[str, Any], bytes]]:
    from constancia.api.routers.refusals import attempt_rows

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
