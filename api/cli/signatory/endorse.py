"""`constancia endorse`: prepare the root's endorsement of a key, found by the fingerprint that was read by phone."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from constancia.api.cli.terminal import Force, fail, guarded, message, now, say, to_make

_LEAST: Final = 32  # hex digits that two people compare: 128 bits, which nobody can make a second key for
_DIGITS: Final = frozenset("0123456789abcdef")


@guarded
def command(
    appointment: Annotated[str, typer.Argument(help="Nombramiento de la llave. / The key's appointment.")],
    fingerprint: Annotated[
        str,
        typer.Option(help="Huella que le leyeron por teléfono: 32 cifras o más. / Fingerprint read to you by phone."),
    ],
    ledger: Annotated[str, typer.Option("--from", help="Dirección http(s) del libro. / The ledger's address.")],
    valid_from: Annotated[
        str | None, typer.Option(help="Desde cuándo, AAAA-MM-DD; por omisión, hoy. / Since when; default: today.")
    ] = None,
    trust: Annotated[Path | None, typer.Option(help="Carpeta de confianza. / Trust folder.")] = None,
    out: Annotated[Path | None, typer.Option(help="Archivo que se crea. / File to create.")] = None,
    force: Force = False,
) -> None:
    """Prepara el aval de una llave, que firma la raíz. / Prepare the endorsement of a key, to be signed by the root.

    La huella se escribe como se la leyó la persona, no como la muestra el servidor, que así no puede cambiar la llave.
    / Type the fingerprint as the person read it, not as the server shows it: so the server cannot swap the key.

    Ejemplo / example: constancia endorse ap-a-sfp --fingerprint "b94a e595 63af c520 4840 6b7f dc4d 2c4e"
    --from https://libro.example
    """
    from constancia.api.cli.signatory.draft import edition_of, watch_for
    from constancia.api.client.remote_log import RemoteLog
    from constancia.domain.values.calendar import format_instant, local_day
    from constancia.ledger.disk.durable import write_file
    from constancia.ledger.signatory.draft import Occasion, draft_statement, root_actor
    from constancia.verify.trust.trust_folder import load_trust

    target = to_make(out or Path("KeyEndorsed.statement.json"), force=force)
    digits = "".join(fingerprint.split()).lower()
    if len(digits) < _LEAST or not _DIGITS.issuperset(digits):
        raise fail(message("endorse.short", count=len(digits), least=_LEAST))
    if trust is not None:
        load_trust(trust)  # whether it can be read is known before anybody is asked
    instant = now()
    with RemoteLog(ledger) as log:
        description = log.describe()
        key, name = _sought(log.parties(), appointment, digits)
        seen = watch_for(str(description["origin"]), str(description["log_key"]), trust).update(log)
    today = local_day(instant, str(description["timezone"])).isoformat()
    raw = draft_statement(
        "KeyEndorsed",
        f"key/{key['key']}",
        {"key": str(key["key"]), "valid_from": valid_from or today},
        actor=root_actor(str(key["party"])),
        ledger=str(description["origin"]),
        seen=seen,
        occasion=Occasion(occurred_on=today, signed_at=format_instant(instant)),
        edition=edition_of(description),
    )
    write_file(target, raw)
    say(message("endorse.done", path=target, name=name, key=str(key["key"]), party=str(key["party"]), url=ledger))


def _sought(parties: list[Mapping[str, Any]], appointment: str, digits: str) -> tuple[Mapping[str, Any], str]:
    """Give the key of an appointment that waits and has this fingerprint, and whose it is.

    Raises:
        Exit: None of those that wait has it; a message says which wait.
    """
    listed = list(_pending(parties, appointment))
    for key, name in listed:
        if str(key["key"]).startswith(digits):
            return key, name
    waiting = "; ".join(f"{str(key['key'])[:_LEAST]}" for key, _name in listed) or "—"
    raise fail(message("endorse.unknown", appointment=appointment, waiting=waiting))


def _pending(parties: list[Mapping[str, Any]], appointment: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    for party in parties:
        names = {made.get("appointment"): str(made.get("name")) for made in party.get("appointments", [])}
        for key in party.get("keys", []):
            if key.get("appointment") == appointment and key.get("status") == "pending":
                yield key, names.get(appointment, appointment)
