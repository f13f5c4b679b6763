"""`constancia verify`: the audit, at levels L1, L2 and L5."""

from pathlib import Path
from typing import Annotated

import typer

from constancia.api.cli.terminal import guarded, language, message

SOURCE_HELP = (
    "Carpeta de un libro, carpeta publicada, dirección http(s), zip o constancia. / "
    "A ledger's folder, a published folder, an http(s) address, a zip or a receipt."
)
TRUST_HELP = (
    "Carpeta de confianza (policy, genesis, checkpoint) obtenida de otra fuente que el libro auditado. / "
    "Trust folder, had from elsewhere than the audited ledger."
)


@guarded
def command(
    source: Annotated[str, typer.Argument(help=SOURCE_HELP)],
    trust: Annotated[Path | None, typer.Option(help=TRUST_HELP)] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Todas las fallas, no sólo la primera. / All faults, not the first alone.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Informe en JSON. / Report as JSON.")] = False,
) -> None:
    """Verifica que nada fue alterado. / Verify that nothing was altered.

    Códigos de salida / exit codes: 0 ÍNTEGRO intact, 1 ALTERADO altered, 2 NO CONCLUYENTE inconclusive, 3 ilegible
    unreadable. Sin --trust nunca es mejor que NO CONCLUYENTE: el ancla vendría del auditado.

    Ejemplo / example: constancia verify demo --trust demo/trust
    """
    import sys
    from functools import partial

    from constancia.ledger.timestamp import check_time
    from constancia.verify.audit import audit
    from constancia.verify.errors import Malformed, Unreadable
    from constancia.verify.policy import load_trust
    from constancia.verify.source import open_source

    sys.setswitchinterval(2e-4)  # a verifier thread back from OpenSSL would wait 5 ms for the interpreter otherwise
    run = partial(audit, levels={"time": check_time})
    try:
        folder = trust if trust is not None else known_trust(source)
        pinned = load_trust(folder) if folder is not None else None
        with open_source(source) as opened:
            report = _audit_with_progress(run, opened, pinned, every=every, show=not as_json)
    except (Unreadable, Malformed) as error:
        typer.echo(message("verify.unreadable", reason=str(error)), err=True)
        raise typer.Exit(3) from error
    typer.echo(report.to_json() if as_json else report.to_text(language()), nl=as_json)
    raise typer.Exit(report.verdict.exit_code)


def _audit_with_progress(audit, opened, pinned, *, every: bool, show: bool):  # type: ignore[no-untyped-def]  # noqa: ANN
    import sys

    if not show or not sys.stderr.isatty():
        return audit(opened, pinned, all_faults=every)
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(message("verify.progress"), total=None)
        return audit(
            opened, pinned, all_faults=every, progress=lambda done, total: bar.update(task, completed=done, total=total)
        )


def known_trust(source: str) -> Path | None:
    """Give the trust folder that this user has set up for the ledger named by a source, if any.

    It lies in the user's own configuration, by the origin's SHA-256; the origin is only a name here, and what decides
    is the policy in that folder.
    """
    from hashlib import sha256

    from platformdirs import user_config_path

    from constancia.verify.checkpoint import parse_checkpoint
    from constancia.verify.errors import Malformed, Unreadable
    from constancia.verify.note import parse_note
    from constancia.verify.source import open_source

    try:
        with open_source(source) as opened:
            raw = opened.published.checkpoint() if opened.published else None
            origin = parse_checkpoint(parse_note(raw).text).origin if raw else None
    except (Malformed, Unreadable):
        return None
    if origin is None:
        return None
    folder = user_config_path("constancia") / "trust" / sha256(origin.encode()).hexdigest()
    return folder if (folder / "policy").exists() else None
