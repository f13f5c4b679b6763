"""`constancia draft`: prepare a statement to sign, on top of a verified checkpoint."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from constancia.api.cli.terminal import (
    Force,
    Lines,
    fail,
    guarded,
    language,
    message,
    now,
    open_for_reading,
    read_json,
    refusal_text,
    say,
    to_make,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constancia.api.client.remote_log import RemoteLog
    from constancia.ledger.ledger import Ledger
    from constancia.ledger.signatory.checkpoint_memory import Watch


@guarded
def command(
    type_name: Annotated[str, typer.Argument(metavar="TYPE", help="Tipo de acto, p. ej. VoteCast. / Type of act.")],
    body: Annotated[Path, typer.Option(help="Cuerpo del acto en JSON; - para stdin. / The act's body as JSON.")],
    ledger: Annotated[str, typer.Option("--from", help="Dirección http(s) o carpeta. / Address or folder.")],
    party: Annotated[str, typer.Option(help="Parte en cuyo nombre se firma. / Party signed for.")],
    appointment: Annotated[
        str | None, typer.Option(help="Nombramiento; sin él firma la raíz. / Appointment; without it the root signs.")
    ] = None,
    person: Annotated[str | None, typer.Option(help="Id de la persona. / The person's id.")] = None,
    capacity: Annotated[str | None, typer.Option(help="Carácter, p. ej. alternate. / Capacity.")] = None,
    occurred_on: Annotated[
        str | None, typer.Option(help="Cuándo ocurrió (EDTF); por omisión, hoy. / When it happened; default: today.")
    ] = None,
    historical: Annotated[
        bool,
        typer.Option("--historical", help="El hecho es anterior y se registra hoy. / An earlier fact, recorded now."),
    ] = False,
    key_id: Annotated[
        str | None, typer.Option(help="Id de la llave que firmará (para el ensayo). / Id of the key that will sign.")
    ] = None,
    trust: Annotated[Path | None, typer.Option(help="Carpeta de confianza. / Trust folder.")] = None,
    out: Annotated[Path | None, typer.Option(help="Archivo que se crea. / File to create.")] = None,
    force: Force = False,
) -> None:
    """Prepara una declaración por firmar y ensaya su entrega. / Prepare a statement to sign, with a dry run.

    Antes verifica que el libro extienda el último punto de control visto desde este equipo. El ensayo dice qué
    respondería el libro ahora y no registra nada. / First verifies that the log extends the last checkpoint seen
    from this machine. The dry run says what the ledger would answer now and records nothing.

    Ejemplo / example: constancia draft VoteCast --body voto.json --from demo --party nosc --appointment ap-e-nosc
    --person p-e --capacity alternate
    """
    from constancia.domain.catalogue import UnknownAct, parse_act
    from constancia.domain.kernel.calendar import format_instant, local_day
    from constancia.domain.kernel.editions import NEWEST, is_known
    from constancia.ledger.disk.durable import write_file
    from constancia.ledger.signatory.draft import Occasion, draft_statement, representative_actor, root_actor

    target = to_make(out or Path(f"{type_name}.statement.json"), force=force)
    item = read_json(body)
    actor = root_actor(party)
    if appointment is not None:
        if person is None or capacity is None:
            raise fail(message("draft.actor"))
        actor = representative_actor(party, person, appointment, capacity)
    instant = now()
    with _opened(ledger) as view:
        if not is_known(view.edition):
            raise fail(message("draft.newer", edition=view.edition, known=NEWEST))
        try:
            act = parse_act(type_name, view.edition, item)
        except UnknownAct as error:
            raise fail(
                message("draft.form", type=type_name, rule=error.problem.rule, found=dict(error.problem.found))
            ) from error
        seen = watch_for(view.origin, view.vkey, trust).update(view)
        raw = draft_statement(
            type_name,
            act.stream(),
            item,
            actor=actor,
            ledger=view.origin,
            seen=seen,
            occasion=Occasion(
                occurred_on=occurred_on or local_day(instant, view.timezone).isoformat(),
                signed_at=format_instant(instant),
                mode="historical" if historical else "live",
            ),
            edition=view.edition,
        )
        write_file(target, raw)
        say(message("draft.done", path=target, size=seen.size))
        refused = view.refusal(json.loads(raw), key_id)
    say(message("draft.acceptable") if refused is None else message("draft.refusable", refusal=Lines(refused)))


def _opened(location: str) -> "_Remote | _Local":
    """Open a ledger's folder or address."""
    if location.startswith(("http://", "https://")):
        from constancia.api.client.remote_log import RemoteLog

        return _Remote(RemoteLog(location))
    return _Local(open_for_reading(Path(location)))


class _Remote:
    """A ledger at a URL: its log, the identity that it claims, and its dry run."""

    def __init__(self, log: "RemoteLog") -> None:
        self._log = log
        self.checkpoint = log.checkpoint
        self.consistency = log.consistency

    def __enter__(self) -> "_Remote":
        description = self._log.describe()
        self.origin, self.vkey, self.timezone = (str(description[name]) for name in ("origin", "log_key", "timezone"))
        self.edition = edition_of(description)
        return self

    def __exit__(self, *_error: object) -> None:
        self._log.close()

    def refusal(self, statement: "Mapping[str, Any]", key: str | None) -> str | None:
        from constancia.api.client.remote_log import RemoteProblem

        verdict = self._log.verdict(statement, key)
        return None if verdict.get("accepted") is True else RemoteProblem(verdict.get("refusal", {})).text(language())


def edition_of(description: "Mapping[str, Any]") -> int:
    """Give the law's edition that a server names; one that names none has the first."""
    edition = description.get("edition", 1)
    return edition if type(edition) is int else 0


class _Local:
    """A ledger in a folder, with the interface of `_Remote`."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger
        state = ledger.state()
        self.origin, self.vkey, self.timezone, self.edition = ledger.origin, ledger.vkey, state.timezone, state.edition

    def __enter__(self) -> "_Local":
        return self

    def __exit__(self, *_error: object) -> None:
        self._ledger.close()

    def checkpoint(self) -> bytes:
        return self._ledger.log.checkpoint()

    def consistency(self, old: int, new: int) -> list[bytes]:
        return self._ledger.log.consistency_proof(old, new)

    def refusal(self, statement: "Mapping[str, Any]", key: str | None) -> str | None:
        from constancia.ledger.dry_run import refusal_of

        refusal = refusal_of(self._ledger, dict(statement), key)
        return None if refusal is None else refusal_text(refusal, self._ledger.state())


def watch_for(origin: str, claimed: str, trust: Path | None) -> "Watch":
    """Return the watch that remembers a log's latest checkpoint on this machine.

    Args:
        origin: The log's origin.
        claimed: The verifier key that the server claims; used only if no key is pinned yet.
        trust: Trust folder; by default the key pinned at first use.
    """
    from hashlib import sha256

    from platformdirs import user_data_path

    from constancia.api.client.trust_anchor import read_anchor
    from constancia.ledger.disk.durable import write_file
    from constancia.ledger.signatory.checkpoint_memory import Watch
    from constancia.verify.core.formats.note import MAX_NOTE_BYTES, parse_vkey
    from constancia.verify.sources.files import read_named

    folder = user_data_path("constancia") / "seen" / sha256(origin.encode()).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    pinned = folder / "vkey"
    if trust is not None:
        key = read_anchor(trust).trust.policy.logs.get(origin)
        if key is None:
            raise fail(message("draft.untrusted", origin=origin, trust=trust))
    elif pinned.exists():
        key = parse_vkey(read_named(pinned, MAX_NOTE_BYTES).decode("utf-8", "replace").strip())
    else:
        key = parse_vkey(claimed)
        write_file(pinned, claimed.encode() + b"\n")
        say(message("draft.first_use", origin=origin, vkey=claimed), err=True)
    return Watch(key, folder / f"checkpoint-{key.key_hash.hex()}")
