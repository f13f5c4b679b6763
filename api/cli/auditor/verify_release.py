"""`constancia verify-release`: whether a wheel is the one that was released, by the log of releases."""

from pathlib import Path
from typing import Annotated

import typer

from constancia.api.cli.terminal import guarded, language, message, say


@guarded
def command(
    file: Annotated[Path, typer.Argument(metavar="WHEEL", help="Archivo de la entrega. / A release's file.")],
    trust: Annotated[
        Path,
        typer.Option(
            help="Carpeta con policy y release-keys.pem, de otra vía. / Folder with policy, release-keys.pem."
        ),
    ],
    proof: Annotated[
        Path | None, typer.Option(help="Su constancia; por omisión WHEEL.tlog-proof. / Its proof; WHEEL.tlog-proof.")
    ] = None,
    log: Annotated[
        str | None,
        typer.Option(help="Libro de entregas: dirección o carpeta. / Log of releases: address or folder."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Como JSON. / As JSON.")] = False,
) -> None:
    """Revisa que un archivo sea el que se entregó. / Check that a file is the one that was released.

    Con --log lee todo el libro de entregas, y dice si hay otra huella con el mismo nombre. / With --log it reads the
    whole log, and says if the same name has another digest.

    Ejemplo / example: constancia verify-release constancia-0.1.0-py3-none-any.whl --trust releases-trust
    """
    import json

    from constancia.ledger.releases.check import PROOF_SUFFIX, check_by_log, check_by_proof, load_release_trust
    from constancia.verify.core.errors import Malformed, Unreadable
    from constancia.verify.report.output import UNREADABLE

    try:
        pinned = load_release_trust(trust)
        if log is not None:
            answer = check_by_log(file, log, pinned)
        else:
            answer = check_by_proof(file, proof or file.with_name(file.name + PROOF_SUFFIX), pinned)
    except (Unreadable, Malformed, OSError) as error:
        say(message("release.unreadable", reason=_reason(error)), err=True)
        raise typer.Exit(UNREADABLE) from error
    if as_json:
        members = {"verdict": answer.verdict.name.lower(), "code": answer.code, "name": answer.name}
        say(json.dumps(members | {"sha256": answer.sha256} | answer.params, sort_keys=True))
    else:
        say(
            message(f"release.{answer.code.replace('-', '_')}", name=answer.name, sha256=answer.sha256, **answer.params)
        )
    raise typer.Exit(answer.verdict.exit_code)


def _reason(error: Exception) -> str:
    """Say what could not be read, and why."""
    from constancia.api.text.error_words import error_words
    from constancia.verify.core.errors import Malformed, Unreadable

    lang = language()
    if isinstance(error, Unreadable):
        return f"{error.where}: {error_words(error.detail, lang)}"
    if isinstance(error, Malformed):
        expected = error_words(error.expected, lang)
        return message("malformed", where=error.where, expected=expected, found=error.found or "∅", code=error.code)
    where, what = (getattr(error, name, None) or "" for name in ("filename", "strerror"))
    return f"{where}: {error_words(str(what or error), lang)}".removeprefix(": ")
