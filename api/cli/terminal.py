"""Shared by all subcommands: language, console, passphrases, error messages."""

import contextlib
import errno
import functools
import json
import os
import shlex
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec, TypeVar

import typer

if TYPE_CHECKING:
    import socket

    from rich.console import Console

    from constancia.domain.kernel.problems import Refusal
    from constancia.domain.state import State
    from constancia.ledger.ledger import Ledger
    from constancia.ledger.store.address import DatabaseAddress

# No verdict: 0 to 4 are a verdict's alone.
IO_FAILED = 74  # the output can't be written
FAILED = 76  # it could not be done
REFUSED = 77  # the ledger does not take the act in
USAGE = 78  # the command line or a setting has another form

MAX_PASSPHRASE_BYTES = 4_096
_TRIES = 3  # times that a person is asked for a passphrase
MAX_JSON_BYTES = 1_048_576  # of an act's body; a statement has at most 32,768 bytes once it is canonical

Force = Annotated[bool, typer.Option("--force", help="Reemplazar un archivo existente. / Replace an existing file.")]
P = ParamSpec("P")
R = TypeVar("R")


class Lines(str):
    """Text of our own making that has several lines; what is foreign in it was made printable, line by line."""

    __slots__ = ()


def language() -> str:
    """Return the language of messages, `es` or `en`."""
    return "en" if os.environ.get("CONSTANCIA_LANG") == "en" else "es"


def message(msgid: str, **params: object) -> str:
    """Return a message of the command line in the user's language."""
    from constancia.api.text.i18n import tr
    from constancia.verify.report.printable import printable

    def shown(value: object) -> object:
        if isinstance(value, int | float):
            return value
        return printable(value, len(value), keep="\n") if isinstance(value, Lines) else printable(value)

    return tr(language(), f"cli.{msgid}", **{name: shown(value) for name, value in params.items()})


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print text for a person: the last place at which what is foreign in it is made harmless."""
    from constancia.verify.report.printable import printable

    typer.echo(printable(text, len(text), keep="\n"), err=err, nl=nl)


def write_data(text: str) -> None:
    """Print data for a program, as it is: the canonical form, which holds no control character."""
    typer.echo(text, nl=False)


def program() -> str:
    """Give the command that starts this program, as it can be pasted into the terminal that it runs in."""
    started = Path(sys.argv[0])
    if started.stem != "constancia":
        return f"{shlex.quote(sys.executable)} -m constancia"
    on_path = shutil.which("constancia")
    is_same = on_path is not None and started.exists() and Path(on_path).samefile(started)
    return "constancia" if is_same else shlex.quote(str(started))


def console() -> "Console":
    """Return the console for human-readable output."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def fail(text: str, code: int = FAILED) -> typer.Exit:
    """Print an error and give the exception that ends the command."""
    with contextlib.suppress(OSError, ValueError):
        say(text, err=True)
    return typer.Exit(code)


def guarded(verb: Callable[P, R]) -> Callable[P, R]:
    """Print known errors as messages: what happened, what was expected, what to do. Handle Ctrl-C."""

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return verb(*args, **kwargs)
        except KeyboardInterrupt:
            raise fail(message("interrupted"), 130) from None
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            if type(error).__name__ == "ValidationError":  # of the settings; pydantic is imported by its user alone
                raise fail(_of_settings(error), USAGE) from error
            if isinstance(error, OSError) and error.filename is None:
                raise fail(message("failed", reason=system_reason(error)), IO_FAILED) from error
            text = _told(error)
            if text is None:
                raise
            raise fail(text, REFUSED if type(error).__name__ == "Refusal" else FAILED) from error

    return run


def _of_settings(error: Exception) -> str:
    """Say which setting is wrong: an environment variable, or the option of that name."""
    faults = error.errors(include_url=False)  # type: ignore[attr-defined]
    lines = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}".removeprefix(": ") for item in faults]
    return message("settings", faults="; ".join(lines))


def _told(error: Exception) -> str | None:
    from constancia.api.text.error_words import error_words
    from constancia.domain.kernel.problems import Refusal
    from constancia.ledger.errors import LedgerError
    from constancia.verify.core.errors import Malformed, Unreadable

    if isinstance(error, Refusal):
        return refusal_text(error)
    if isinstance(error, Malformed):
        expected = error_words(str(error.expected), language())
        return message("malformed", where=error.where, expected=expected, found=error.found or "∅", code=error.code)
    # PersistenceError is of a library that the verifier's verbs do without.
    is_of_store = any(base.__name__ == "PersistenceError" for base in type(error).__mro__)
    if is_of_store or isinstance(error, LedgerError | Unreadable | UnicodeError | sqlite3.Error):
        return message("failed", reason=_reason(error))
    if type(error).__name__ == "RemoteProblem":  # its module brings an HTTP client, which most verbs do without
        return error.text(language())  # type: ignore[attr-defined, no-any-return]
    return message("failed", reason=system_reason(error)) if isinstance(error, OSError) else None


def system_reason(error: OSError) -> str:
    """Give what the operating system refused, and its file if it has one, in the user's language."""
    from constancia.api.text.error_words import error_words

    reason = error_words(str(error.strerror or error), language())
    # Of two files, as where one is copied, it is the second that does not fit.
    name = error.filename2 if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else None
    return f"{name or error.filename or ''}: {reason}".strip(": ")


def _reason(error: Exception) -> str:
    """Give an error's sentence in the user's language; of an unreadable source, what is wrong with which part."""
    from constancia.api.text.error_words import error_words
    from constancia.ledger.errors import WritesRefused
    from constancia.verify.core.errors import Unreadable

    if isinstance(error, Unreadable):
        return f"{error.where}: {error_words(error.detail, language())}"
    if isinstance(error, WritesRefused):
        return f"{error.words[language()]} [{error.code}]"
    return error_words(str(error), language())


def refusal_text(refusal: "Refusal", state: "State | None" = None) -> str:
    """Give a refusal as text: what happened, the rule, what was met, what to do, the code; with names by the state."""
    from constancia.api.text.refusal_words import refusal_lines
    from constancia.verify.report.printable import printable

    lines = refusal_lines(refusal.code, refusal.rule, refusal.judged_against, refusal.also, language(), state)
    return Lines("\n".join(printable(line, len(line)) for line in lines))


def to_make(path: Path, *, force: bool) -> Path:
    """Return the path of a file to create, after checking that it may be written.

    Raises:
        Exit: The file exists and `force` is false.
    """
    if not force and os.path.lexists(path):
        raise fail(message("exists", path=path))
    return path


def passphrase(path: Path | None, prompt: str, *, confirm: bool = False, about: object = "") -> bytes:
    """Return a passphrase from a file or the terminal; never from an argument, which other users can read.

    Args:
        path: The file; None asks.
        prompt: Id of the question.
        confirm: Whether it is a new one: it is asked twice, and one that a key file would refuse is asked again.
        about: What the question is about, where it names it.

    Raises:
        Exit: Nobody can be asked, or nobody answered twice the same.
    """
    if path is not None:
        from constancia.verify.sources.files import read_named

        warn_if_readable(path)
        return read_named(path, MAX_PASSPHRASE_BYTES).rstrip(b"\r\n")
    if sys.stdin is None or not sys.stdin.isatty():
        raise fail(message("passphrase.needed"))
    for _ in range(_TRIES):
        text: str = typer.prompt(message(prompt, about=about), hide_input=True)
        if not confirm:
            return text.encode()
        if (unfit := _unfit(text.encode())) is not None:
            say(unfit, err=True)
        elif typer.prompt(message("passphrase.again"), hide_input=True) == text:
            return text.encode()
        else:
            say(message("passphrase.differ"), err=True)
    raise fail(message("passphrase.needed"))


def _unfit(secret: bytes) -> str | None:
    """Say why a new passphrase would be refused, before it is typed again; None where it would not."""
    from constancia.api.text.error_words import error_words
    from constancia.ledger.keys.note_keys import KeyFileError, check_passphrase

    try:
        check_passphrase(secret)
    except KeyFileError as error:
        return error_words(str(error), language())
    return None


def unlock(path: Path | None, prompt: str, load: Callable[[bytes], R], *, about: object = "") -> R:
    """Open a key with its passphrase; a person who mistyped it is asked again.

    Args:
        path: File with the passphrase; None asks.
        prompt: Id of the question.
        load: Opens the key; `KeyFileError` where the passphrase is wrong.
        about: What the question is about, where it names it.

    Returns:
        What `load` gives.

    Raises:
        KeyFileError: As `load`, at the last try, or at the first where the passphrase is not typed.
    """
    from constancia.api.text.error_words import error_words
    from constancia.ledger.keys.note_keys import WrongPassphrase

    for tries_left in range(_TRIES - 1, -1, -1):
        secret = passphrase(path, prompt, about=about)
        try:
            return load(secret)
        except WrongPassphrase as error:
            if path is not None or not tries_left:
                raise
            left = message("prompt.again", count=tries_left)
            say(f"{error_words(str(error), language())}\n{left}", err=True)
    raise AssertionError("the last try has returned or raised")


def warn_if_readable(path: Path) -> None:
    """Warn of a secret file that others on this machine may read."""
    if os.name == "posix" and path.exists() and path.stat().st_mode & 0o077:
        say(message("readable", path=path, mode=f"{path.stat().st_mode & 0o777:o}"), err=True)


def now() -> datetime:
    """Return the current instant of the system clock."""
    from constancia.ledger.clock import SystemClock

    return SystemClock().now().astimezone(UTC)


def open_for_reading(
    source: str | Path, *, with_documents: bool = False, database: "DatabaseAddress | None" = None
) -> "Ledger":
    """Open a ledger read-only: a folder, a published folder, an address or a zip; progress shows where a person waits.

    Args:
        source: Where it is.
        with_documents: Whether the documents that it cites are wanted too.
        database: Where the store of a ledger's folder is, if the folder does not say so.

    Raises:
        Exit: The source is a receipt, an entry or a proof: a message says what to do with it.
    """
    from constancia.ledger.clock import SystemClock
    from constancia.ledger.errors import Fatal, Unread
    from constancia.ledger.local_copy import NoLedgerThere, is_folder, open_ledger

    if database is not None:
        from constancia.ledger.ledger import Ledger

        return Ledger.open(Path(source), clock=SystemClock(), signer=None, database=database)
    with _copying() as progress:
        try:
            return open_ledger(str(source), clock=SystemClock(), with_documents=with_documents, progress=progress)
        except NoLedgerThere as error:
            raise fail(message(f"source.{error.kind}", path=error.location)) from error
        except Fatal as error:
            if is_folder(str(source)) or isinstance(error, Unread):
                raise
            raise fail(message("source.damaged", source=source)) from error


@contextlib.contextmanager
def _copying() -> "Iterator[Callable[[int, int], None] | None]":
    """Show on the terminal how much of a source has been read; nothing where none is there, or it is quick."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(message("source.progress"), total=None)
        yield lambda done, total: bar.update(task, total=total, completed=done)


def say_unverified(source: str | Path) -> None:
    """Say of a source that was copied what was checked of it and what was not; nothing of a ledger's own folder."""
    from constancia.ledger.local_copy import is_folder

    if not is_folder(str(source)):
        say(message("source.unverified", source=source), err=True)


def listening(host: str, port: int) -> "socket.socket":
    """Give a socket that listens, before the address is printed: the one that is printed is the one that answers.

    Raises:
        Exit: Nothing can listen there.
    """
    import socket

    try:
        host.encode("idna")  # what is no host's name is refused here, and not by a library in its own way
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, OverflowError, UnicodeError) as error:
        raise unusable_address(host, port, error) from error


def unusable_address(host: str, port: int, error: Exception) -> typer.Exit:
    """Say why nothing can listen at an address, in the user's language; give the end of the command.

    Args:
        host: The host's name or address.
        port: The port.
        error: What the operating system refused it with.
    """
    from constancia.api.text.error_words import error_words

    # Python adds the address to the system's words, which the message names already.
    words = str(getattr(error, "strerror", None) or error).partition(" (while attempting")[0]
    reason = error_words(words, language())
    return fail(message("serve.busy", host=host, port=port, reason=reason))


def place_of(text: str, option: str) -> tuple[str, int]:
    """Read HOST:PORT.

    Raises:
        Exit: It is something else; the message names the option.
    """
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()):
        raise fail(message("place", option=option, found=text))
    return host.strip("[]"), int(port[:6])


def bind(text: str, option: str) -> "socket.socket":
    """Give a socket that listens at HOST:PORT; raises as `place_of` and `listening`."""
    return listening(*place_of(text, option))


def read_json(path: Path) -> Any:
    """Read a JSON file, or standard input for `-`."""
    from constancia.verify.sources.files import read_bounded, read_named

    is_piped = str(path) == "-"
    data = read_bounded(sys.stdin.buffer, MAX_JSON_BYTES, "-") if is_piped else read_named(path, MAX_JSON_BYTES)
    try:
        return json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        raise fail(message("json", path=path, line=line, column=column)) from error
