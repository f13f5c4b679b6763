"""`constancia draft`: a statement to be read and signed, on a checkpoint that this software verified."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from constancia.api.cli.terminal import fail, guarded, message, now, read_json

if TYPE_CHECKING:
    from constancia.ledger.drafting import LogView, Watch
    from constancia.verify.statement import Seen


@guarded
def command(
    type_name: Annotated[str, typer.Argument(metavar="TYPE", help="Tipo de acto, p. ej. VoteCast. / Type of act.")],
    body: Annotated[Path, typer.Option(help="Cuerpo del acto en JSON; - para stdin. / The act's body as JSON.")],
    ledger: Annotated[str, typer.Option("--from", help="Dirección http(s) o carpeta. / Address or folder.")],
    party: Annotated[str, typer.Option(help="Parte por la que se habla. / Party spoken for.")],
    appointment: Annotated[
        str | None, typer.Option(help="Nombramiento; sin él habla la raíz. / Appointment; without it the root speaks.")
    ] = None,
    person: Annotated[str | None, typer.Option(help="Id de la persona. / The person's id.")] = None,
    capacity: Annotated[str | None, typer.Option(help="Carácter, p. ej. alternate. / Capacity.")] = None,
    occurred_on: Annotated[str | None, typer.Option(help="Cuándo ocurrió (EDTF); hoy. / When it happened.")] = None,
    historical: Annotated[bool, typer.Option("--historical", help="Se registra después. / Recorded later.")] = False,
    trust: Annotated[Path | None, typer.Option(help="Carpeta de confianza. / Trust folder.")] = None,
    out: Annotated[Path | None, typer.Option(help="Archivo que se crea. / File to create.")] = None,
) -> None:
    """Prepara una declaración por firmar. / Prepare a statement to sign.

    Verifica antes el punto de control del libro contra el último visto desde este equipo.
    / First verifies the log's checkpoint against the last one seen from this machine.

    Ejemplo / example: constancia draft VoteCast --body voto.json --from demo --party nosc --appointment ap-e-nosc
    --person p-e --capacity alternate
    """
    from constancia.domain.acts import UnknownAct, parse_act
    from constancia.domain.calendar import format_instant, local_day
    from constancia.domain.state import MACHINES
    from constancia.ledger.drafting import Occasion, draft_statement, representative_actor, root_actor
    from constancia.ledger.durable import write_file

    item = read_json(body)
    try:
        act = parse_act(type_name, 1, item)
    except UnknownAct as error:
        raise fail(
            message("draft.form", type=type_name, rule=error.problem.rule, found=dict(error.problem.found))
        ) from error
    actor = root_actor(party)
    if appointment is not None:
        if person is None or capacity is None:
            raise fail(message("draft.actor"))
        actor = representative_actor(party, person, appointment, capacity)
    instant = now()
    with _opened(ledger) as (view, origin, vkey):
        seen = _verified(view, origin, vkey, trust)
    raw = draft_statement(
        type_name,
        act.stream(),
        item,
        actor=actor,
        ledger=origin,
        seen=seen,
        occasion=Occasion(
            occurred_on=occurred_on or local_day(instant, "America/Mexico_City").isoformat(),
            signed_at=format_instant(instant),
            mode="historical" if historical else "live",
        ),
    )
    assert_known = act.stream_kind in MACHINES
    target = out or Path(f"{type_name}.statement.json")
    write_file(target, raw)
    typer.echo(message("draft.done", path=target, size=seen.size) if assert_known else str(target))


class _opened:  # noqa: N801 - reads as a verb where it is used
    """A ledger's folder or address, as a log to look at with its origin and the key that it claims."""

    def __init__(self, location: str) -> None:
        self._location = location
        self._ledger: Any = None

    def __enter__(self) -> "tuple[LogView, str, str]":
        if self._location.startswith(("http://", "https://")):
            from constancia.api.client import RemoteLog

            self._ledger = remote = RemoteLog(self._location)
            told = remote.describe()
            return remote, told["origin"], told["log_key"]
        from constancia.api.cli.terminal import open_for_reading

        self._ledger = open_for_reading(Path(self._location))
        return _LocalLog(self._ledger), self._ledger.origin, self._ledger.vkey

    def __exit__(self, *_error: object) -> None:
        if self._ledger is not None:
            self._ledger.close()


class _LocalLog:
    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger

    def checkpoint(self) -> bytes:
        data: bytes = self._ledger.checkpoint()
        return data

    def consistency(self, old: int, new: int) -> list[bytes]:
        proof: list[bytes] = self._ledger.log.consistency_proof(old, new)
        return proof


def _verified(view: "LogView", origin: str, claimed: str, trust: Path | None) -> "Seen":
    """Verify the log's checkpoint, by the pinned key or by the one of the first use, which is said."""
    return watch_for(origin, claimed, trust).update(view)


def watch_for(origin: str, claimed: str, trust: Path | None) -> "Watch":
    """Give this machine's memory of a log.

    Args:
        origin: The log's origin.
        claimed: The verifier key that the server claims; used only where nothing is pinned yet.
        trust: Trust folder; by default the key pinned at the first use.
    """
    from hashlib import sha256

    from platformdirs import user_data_path

    from constancia.ledger.drafting import Watch
    from constancia.ledger.durable import write_file
    from constancia.verify.note import parse_vkey
    from constancia.verify.policy import load_trust

    folder = user_data_path("constancia") / "seen" / sha256(origin.encode()).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    pinned = folder / "vkey"
    if trust is not None:
        key = load_trust(trust).policy.logs.get(origin)
        if key is None:
            raise fail(message("draft.untrusted", origin=origin, trust=trust))
    elif pinned.exists():
        key = parse_vkey(pinned.read_text(encoding="utf-8").strip())
    else:
        key = parse_vkey(claimed)
        write_file(pinned, claimed.encode() + b"\n")
        typer.echo(message("draft.first_use", origin=origin, vkey=claimed), err=True)
    return Watch(key, folder / f"checkpoint-{key.key_hash.hex()}")
