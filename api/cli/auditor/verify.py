"""`constancia verify`: the audit, at every level, with the trust anchors that this user pinned."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from constancia.api.cli.terminal import fail, guarded, language, message, system_reason

if TYPE_CHECKING:
    from constancia.api.cli.auditor.audit_run import Done

ALTERED = 1
SOURCE_HELP = (
    "Carpeta de un libro, carpeta publicada, dirección http(s), zip, constancia o registro; sin ella, la carpeta "
    "actual o la fuente fijada. / A ledger's folder, a published folder, an http(s) address, a zip, a receipt or an "
    "entry; by default the current folder, or the pinned source."
)
TRUST_HELP = (
    "Carpeta de confianza (policy, genesis y, si hay, checkpoint), o la página que publica una parte (archivo o "
    "dirección https). No la obtenga del servidor que revisa. Por omisión, la fijada con `constancia trust add`. / "
    "Trust folder, or the page that a party publishes (file or https address). Obtain it independently of the audited "
    "server. By default, the one pinned with `constancia trust add`."
)
SINCE_HELP = (
    "Punto de control ya verificado (archivo, o «last»): sólo se revisa lo nuevo. / Checkpoint verified before (a "
    'file, or "last"): only what is new is checked.'
)
REPLAY_HELP = (
    "Además, que las reglas permitían cada acto (L3) y que los datos que publica el sitio son los de los registros "
    "(L4); las páginas no se comparan. / Also that the rules allowed every act (L3) and that the data that the site "
    "serves are those of the entries (L4); pages are not compared."
)

STATEMENT_HELP = (
    "Además, si el libro contiene esta declaración (.statement.json, .signed.json o constancia). / Also whether the "
    "log contains this statement (.statement.json, .signed.json, or a receipt)."
)

AGAINST_HELP = (
    "Otra copia del libro: si ésta fue alterada, el informe dice qué palabras cambiaron. / Another copy of the ledger: "
    "where this one was altered, the report says which words changed."
)
DETAIL = "--detalle"


@guarded
def command(
    source: Annotated[str | None, typer.Argument(help=SOURCE_HELP)] = None,
    trust: Annotated[str | None, typer.Option(metavar="ANCHOR", help=TRUST_HELP)] = None,
    since: Annotated[str | None, typer.Option(metavar="CHECKPOINT", help=SINCE_HELP)] = None,
    replay: Annotated[bool, typer.Option("--replay", help=REPLAY_HELP)] = False,
    statement: Annotated[Path | None, typer.Option(metavar="FILE", help=STATEMENT_HELP)] = None,
    against: Annotated[str | None, typer.Option(metavar="SOURCE", help=AGAINST_HELP)] = None,
    detail: Annotated[
        bool,
        typer.Option(
            "--detail", DETAIL, help="Huellas, códigos y cifras por nivel. / Hashes, codes, numbers by level."
        ),
    ] = False,
    every: Annotated[
        bool,
        typer.Option("--all", help="Todas las alteraciones, no sólo una. / All faults, not only the first."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Informe en JSON. / Report as JSON.")] = False,
    restart: Annotated[
        bool,
        typer.Option("--restart", help="Empezar de cero. / Do not resume an interrupted audit."),
    ] = False,
) -> None:
    """Verifica que nada fue alterado. / Verify that nothing was altered.

    Códigos de salida / exit codes: 0 ÍNTEGRO intact, 1 ALTERADO altered, 2 NO CONCLUYENTE inconclusive, 3 ilegible o
    no es una constancia unreadable or no receipt, 4 la declaración buscada no está (--statement) the statement is not
    there. Lo que no es un veredicto / what is no verdict: 70, 74, 76, 78, 130 interrumpido interrupted. Sin ancla de
    confianza nunca es mejor que NO CONCLUYENTE: vendría del auditado. / Without a trust anchor never better than
    INCONCLUSIVE: it would come from the audited.

    Ejemplo / example: constancia verify demo --trust confianza --replay
    """
    import gc
    import sys

    from constancia.api.cli.auditor.audit_run import AuditRequest, run
    from constancia.api.text.error_words import error_words
    from constancia.verify.core.errors import Malformed, Unreadable
    from constancia.verify.report.output import INTERRUPTED, IO_FAILED, SOFTWARE, UNREADABLE, write_out
    from constancia.verify.report.rendering import unreadable_json, unreadable_text

    sys.setswitchinterval(2e-4)  # a verifier thread back from OpenSSL would wait 5 ms for the interpreter otherwise
    gc.set_threshold(100_000)  # an audit makes many short-lived objects and no cycles
    request = AuditRequest(
        source=source, trust=trust, since=since, replay=replay, every=every, restart=restart, show=not as_json,
        statement=statement, against=against,
    )  # fmt: skip
    try:
        done = run(request)
    except (Unreadable, Malformed) as error:
        if as_json:
            write_out(f"{unreadable_json(error)}\n")
        text = unreadable_text(error, language(), lambda words: error_words(words, language()))
        raise fail(text, UNREADABLE) from error
    except KeyboardInterrupt:
        raise fail(message("verify.interrupted"), INTERRUPTED) from None
    except OSError as error:
        raise fail(message("failed", reason=system_reason(error)), IO_FAILED) from error
    except Exception as error:
        raise fail(message("failed", reason=f"{type(error).__name__}: {error}"), SOFTWARE) from error
    try:
        _print(done, as_json=as_json, detail=detail or every)
    except OSError as error:
        raise fail(message("failed", reason=system_reason(error)), IO_FAILED) from error
    raise typer.Exit(_exit_code(done))


def _exit_code(done: "Done") -> int:
    """Return the exit code: ALTERED first, then a missing statement, then the verdict."""
    verdict = done.report.verdict.exit_code
    missing = 0 if done.statement is None else done.statement.exit_code
    return verdict if verdict == ALTERED else missing or verdict


def _print(done: "Done", *, as_json: bool, detail: bool) -> None:
    import json

    from constancia.verify.report.output import write_error, write_out
    from constancia.verify.report.rendering import json_text, report_json, report_text

    for line in done.messages:
        write_error(line)
    sought = done.statement
    if not as_json:
        lines = [message(code, **sought.params) + "\n" for code in sought.codes] if sought is not None else []
        write_out(report_text(done.report, language(), detail=detail, option=DETAIL) + "".join(lines))
        return
    report = report_json(done.report)
    if sought is not None:
        statement = {
            "codes": [code.removeprefix("statement.") for code in sought.codes],
            "exit_code": sought.exit_code,
            "params": sought.params,
        }
        report = json_text(json.loads(report) | {"statement": statement})
    write_out(f"{report}\n")
