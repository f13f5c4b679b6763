"""`constancia demo`: the road map of 1 March 2019, replayed through the real write path and verified at the end."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from constancia.api.cli.terminal import console, guarded, language, message, open_for_reading, program, say

if TYPE_CHECKING:
    from constancia.api.demo.run import DemoResult


@guarded
def command(
    folder: Annotated[Path, typer.Option("--dir", help="Carpeta que se crea. / Folder to make.")] = Path("demo"),
    force: Annotated[
        bool,
        typer.Option("--force", help="Reemplazar una demostración existente. / Replace an existing demonstration."),
    ] = False,
    short: Annotated[
        bool,
        typer.Option("--short", help="Sólo la hoja de ruta, sin el resto del proceso. / The road map alone."),
    ] = False,
) -> None:
    """Reproduce la historia de la hoja de ruta y la verifica. / Replay the story of the road map and verify it.

    Firma, entrega y registra cada acto por el camino real, con llaves nuevas y un reloj que sigue la historia.
    Lo inventado va marcado. / Signs, submits and appends every act through the real path, with new keys and a
    clock that follows the story.

    Ejemplo / example: constancia demo --dir demo
    """
    from constancia.ledger.append.sequencer import tune_interpreter
    from constancia.ledger.audit.level3_law import Replay
    from constancia.ledger.folder import LedgerFolder
    from constancia.verify.audit.run import audit
    from constancia.verify.report.rendering import report_text
    from constancia.verify.sources.source import open_source
    from constancia.verify.trust.trust_folder import load_trust

    tune_interpreter()
    played = _play_with_progress(folder, force=force, short=short)
    show_played(folder, played)
    with open_source(str(folder)) as source:
        report = audit(source, load_trust(LedgerFolder(folder).trust), further=[Replay(played.ended)])
    say(report_text(report, language()))
    say(message("demo.means"))
    say(message("demo.next", folder=folder, program=program()))
    raise typer.Exit(report.verdict.exit_code)


def show_played(folder: Path, played: "DemoResult") -> None:
    """Print the refused acts and the status of everything."""
    from rich.text import Text

    from constancia.api.cli.reader.commitment_status import print_standing
    from constancia.api.text.dates import date_words
    from constancia.api.text.i18n import say as sentence_words
    from constancia.api.text.i18n import tr
    from constancia.api.text.rules import rule_words
    from constancia.domain.values.calendar import local_day
    from constancia.ledger.clock import format_recorded_at
    from constancia.verify.report.printable import printable

    out = console()
    out.print(message("demo.played", size=played.size, folder=folder))
    out.print(message("demo.witnessed") if played.witnessed else message("demo.not_witnessed"))
    out.print(message("demo.refused", count=len(played.refused)))
    for refused in played.refused:
        words, attempt = date_words(refused.day, language()), sentence_words(refused.sentence, language())
        out.print(Text(printable(message("demo.attempt", day=words, attempt=attempt))))
        title, rule = tr(language(), f"problem.{refused.code}"), rule_words(refused.rule, language())
        out.print(Text(printable(message("demo.attempt_refused", title=title, rule=rule, code=refused.code))))
    out.print()
    with open_for_reading(folder) as ledger:
        reading = ledger.as_of(at=format_recorded_at(played.ended))
        day = local_day(played.ended, reading.state.timezone).isoformat()
        out.print(message("demo.ended", day=date_words(day, language())))
        out.print()
        print_standing(reading, language())


def _play_with_progress(folder: Path, *, force: bool, short: bool) -> "DemoResult":
    import sys

    from constancia.api.demo.run import run_demo

    if not sys.stderr.isatty():
        return run_demo(folder, force=force, short=short)
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(message("demo.progress"), total=None)
        return run_demo(
            folder,
            force=force,
            short=short,
            progress=lambda done, total, _: bar.update(task, total=total, completed=done),
        )
