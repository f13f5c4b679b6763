"""`python -m constancia.verify SOURCE --trust DIR`: the audit, needing nothing but `cryptography`."""

import argparse
import gc
import sys
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import NoReturn

import constancia.verify as verify  # noqa: PLR0402 - the rooms of a floor are imported by their whole names
from constancia.verify.core.formats.note import MAX_NOTE_BYTES
from constancia.verify.report.output import INTERRUPTED, UNREADABLE, USAGE, ended, write_error, write_out
from constancia.verify.report.printable import printable
from constancia.verify.report.rendering import unreadable_json, unreadable_text
from constancia.verify.sources.files import read_file
from constancia.verify.sources.transit import plain

DETAIL = "--detalle"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """End with a code that no verdict has."""
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {printable(message)}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the audit that the command line asks for.

    Args:
        arguments: Without the program's name; the process's own by default.

    Returns:
        Exit code: 0 intact, 1 altered, 2 inconclusive, 3 unreadable or no receipt, 130 interrupted.

    Raises:
        OSError: The report can't be written.
    """
    options = _parser().parse_args(arguments)
    # A thread that comes back from OpenSSL would wait up to 5 ms for the interpreter's lock otherwise; and an audit
    # makes many short-lived objects and no cycles, so looking for cycles often only costs.
    sys.setswitchinterval(2e-4)
    gc.set_threshold(100_000)
    try:
        trust = None if options.trust is None else verify.load_trust(options.trust)
        progress = _show_progress if sys.stderr is not None and sys.stderr.isatty() else None
        with verify.open_source(options.source) as source:
            since = None if options.since is None else _read_note(options.since)
            with nullcontext() if options.against is None else verify.open_source(options.against) as against:
                report = verify.audit_source(
                    source, trust, all_faults=options.all, progress=progress, since=since, against=against
                )
    except (verify.Unreadable, verify.Malformed) as error:
        if options.json:
            write_out(f"{unreadable_json(error)}\n")
        write_error(unreadable_text(error, options.lang))
        return UNREADABLE
    except KeyboardInterrupt:
        write_error("\nInterrumpido: no se concluye nada. / Interrupted: nothing is concluded.")
        return INTERRUPTED
    if options.json:
        write_out(f"{verify.report_json(report)}\n")
    else:
        write_out(verify.report_text(report, options.lang, detail=options.detail or options.all, option=DETAIL))
    return report.verdict.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m constancia.verify",
        description="Verify a ledger: store, published folder, address, zip bundle, receipt or contradiction.",
        epilog="Exit code: 0 intact, 1 altered, 2 inconclusive, 3 unreadable or no receipt; 70 internal failure, 74 "
        "the output can't be written, 78 usage, 130 interrupted.",
    )
    parser.add_argument("source", help="a ledger's or published folder, an address, a zip, a receipt, a contradiction")
    parser.add_argument(
        "--trust", type=Path, metavar="DIR",
        help="folder with policy, genesis and, if saved, checkpoint; it must not come from the one who is audited",
    )  # fmt: skip
    parser.add_argument(
        "--since", type=Path, metavar="CHECKPOINT",
        help="a checkpoint that you verified before: the signatures of the entries it covers are not checked again",
    )  # fmt: skip
    parser.add_argument(
        "--against", metavar="SOURCE", help="another copy, to say in words what was altered: a bundle, folder, address"
    )
    parser.add_argument(
        "--detail", DETAIL, action="store_true", help="hashes, codes and numbers by level after the sentences"
    )
    parser.add_argument("--all", action="store_true", help="list all faults, not the first alone")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--version", action="version", version=f"formato / wire format {verify.WIRE_FORMAT}")
    parser.add_argument("--lang", choices=("es", "en"), default="es", help="language of the report")
    return parser


def _read_note(path: Path) -> bytes:
    raw = read_file(path, MAX_NOTE_BYTES)
    if raw is None:
        raise verify.Unreadable("since", str(path), "there is no such file")
    return plain(raw)


def _show_progress(done: int, total: int) -> None:
    end = "\r" if done < total else "\r\033[K"
    with suppress(OSError, ValueError):
        print(f"  {done}/{total}", end=end, file=sys.stderr, flush=True)


def run() -> NoReturn:
    """Run the command, and end the process with its exit code."""
    sys.exit(ended(main))


if __name__ == "__main__":
    run()
