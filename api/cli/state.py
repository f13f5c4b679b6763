"""`constancia state`: where things stand, now or as of a size or an instant."""

from pathlib import Path
from typing import Annotated

import typer

from constancia.api.cli.terminal import fail, guarded, language, message, now, open_for_reading


@guarded
def command(
    folder: Annotated[Path, typer.Argument(help="Carpeta del libro. / The ledger's folder.")] = Path("demo"),
    at: Annotated[
        str | None,
        typer.Option(help="Tamaño, día AAAA-MM-DD o instante RFC 3339. / Size, day or RFC 3339 instant."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Documento de estado canónico. / The canonical state document.")
    ] = False,
) -> None:
    """Muestra dónde está cada compromiso. / Show where every commitment stands.

    Ejemplo / example: constancia state demo --at 2019-05-24
    """
    from constancia.api.standing import print_standing
    from constancia.verify.canonical import canonical

    with open_for_reading(folder) as ledger:
        size, instant = _moment(ledger, at)
        state = ledger.state(size)
        if as_json:
            typer.echo(canonical(state.document()).decode(), nl=False)
            return
        print_standing(state, instant, language())
        typer.echo(message("stands", size=state.size, root=ledger.root(state.size).hex()))


def _moment(ledger, at: str | None):  # type: ignore[no-untyped-def]  # noqa: ANN
    """Read `--at`: a size asks what the log said then, judged today; a time asks for both as of then."""
    from datetime import UTC, datetime, time, timedelta

    from constancia.domain.calendar import zone

    if at is None:
        return ledger.size, now()
    if at.isdigit():
        return int(at), now()
    try:
        if len(at) == 10:
            day = datetime.fromisoformat(at).date()
            timezone = zone(ledger.state().timezone)
            instant = datetime.combine(day + timedelta(days=1), time(), timezone) - timedelta(seconds=1)
        else:
            instant = datetime.fromisoformat(at)
            instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    except ValueError as error:
        raise fail(message("state.at", found=at)) from error
    return ledger.size_at(instant), instant
