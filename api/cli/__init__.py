"""The command line `constancia`, one module per subcommand.

Heavy imports stay inside the subcommands: `constancia verify --help` must not wait for a web framework.

May import: every other room of the interface.
"""

import os
import sys
from typing import Annotated

import typer

from constancia.api.cli import completion
from constancia.api.cli.auditor import trust, verify, verify_release
from constancia.api.cli.observer import mirror, monitor, witness
from constancia.api.cli.opening import init
from constancia.api.cli.operator import anchor, backup, move, publish, rebuild, restore, rotate, serve, vault
from constancia.api.cli.reader import demo, export, log, receipt, refusals, show, state
from constancia.api.cli.signatory import draft, endorse, invite, keygen, short_forms, sign, submit

app = typer.Typer(
    name="constancia",
    help="Libro de constancias de acuerdos. / Accountability ledger for agreements.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help in plain text starts in two thirds of the time
)


def _show_version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        from constancia.verify import WIRE_FORMAT

        typer.echo(f"constancia {version('constancia')}, formato / wire format {WIRE_FORMAT}")
        raise typer.Exit


@app.callback()
def options(
    lang: Annotated[
        str,
        typer.Option(
            "--lang", help="es | en. Idioma de los mensajes. / Language of messages.", envvar="CONSTANCIA_LANG"
        ),
    ] = "es",
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Versión. / Version.")
    ] = False,
) -> None:
    """Parse the options before the subcommand."""
    from constancia.api.text.log_lines import use_log_lines

    del version
    use_log_lines()
    if lang not in ("es", "en"):
        raise typer.BadParameter(f"es | en: {lang}", param_hint="--lang")
    os.environ["CONSTANCIA_LANG"] = lang


_SIGNING = (init, demo, serve, keygen, invite, endorse, draft, sign, submit)
_READING = (
    verify, receipt, show, log, state, export, anchor, publish, witness, rebuild, monitor, mirror, backup, restore,
    rotate, move, refusals, completion, verify_release,
)  # fmt: skip
for verb in (*_SIGNING, *_READING):
    app.command(name=verb.__name__.rpartition(".")[2].replace("_", "-"))(verb.command)
for name, short_form in short_forms.SHORT_FORMS.items():
    app.command(name=name)(short_form)
app.add_typer(trust.app)
app.add_typer(vault.app)


def main() -> None:
    """Run the command line; what fails on the way ends in a code that no verdict has."""
    from constancia.verify.report.output import ended

    sys.exit(ended(_run))


def _run() -> object:
    from constancia.verify.report.output import INTERRUPTED, USAGE, write_error
    from constancia.verify.report.printable import printable

    if "_CONSTANCIA_COMPLETE" in os.environ:  # the shell asks what could come next
        from typer._completion_classes import completion_init

        completion_init()
    try:
        return app(standalone_mode=False, prog_name="constancia")
    except Exception as error:
        if not hasattr(error, "exit_code") or not hasattr(error, "format_message"):  # of the library
            if type(error).__name__ == "Abort":
                return INTERRUPTED
            raise
        if type(error).__name__ == "NoArgsIsHelpError":
            write_error(printable(error.format_message(), 100_000, keep="\n"))
            return USAGE
        from constancia.api.cli.usage import usage_text

        write_error(printable(usage_text(error, sys.argv[1:]), 10_000, keep="\n"))
        return USAGE
