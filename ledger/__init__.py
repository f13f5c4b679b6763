"""The ledger: stores, chains, signs checkpoints, projects, is witnessed, publishes.

Promise: it writes only what the verifier accepts. May import: the domain and verify.

    from constancia import ledger

    with ledger.open("bundle.zip", trust="trust") as book:
        for late in book.overdue():
            print(late.days_late, late.title["es"])

The names in `__all__` are the public interface (docs/API.md). Each is loaded when it is first asked for; type checkers
read `__init__.pyi`.
"""

from pkgutil import resolve_name
from typing import Final

_HOME: Final = {
    "AlteredLedger": "audit.verified_ledger:AlteredLedger",
    "Commitment": "audit.verified_ledger:Commitment",
    "Milestone": "audit.verified_ledger:Milestone",
    "Overdue": "audit.verified_ledger:Overdue",
    "VerifiedLedger": "audit.verified_ledger:VerifiedLedger",
    "open": "audit.verified_ledger:open_verified",
}
__all__ = sorted(_HOME)  # noqa: PLE0605 - the stub has them one by one, and a test compares


def __getattr__(name: str) -> object:
    """Load a public name from its module when it is first asked for; `__version__` is the installed package's."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - a command's start does not wait for it

        return version("constancia")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return globals().setdefault(name, resolve_name(f"{__name__}.{_HOME[name]}"))


def __dir__() -> list[str]:
    """Give the public names and those of the module itself."""
    return sorted({*globals(), *__all__})
