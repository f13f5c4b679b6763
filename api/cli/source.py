"""What every verb that reads takes: a source of any kind, and its options and words."""

from typing import Annotated

import typer

SOURCE_HELP = (
    "De dónde se lee: carpeta de un libro, carpeta publicada, dirección http(s) o zip. / "
    "Where to read from: a ledger's folder, a published folder, an http(s) address or a zip."
)
SourceArgument = Annotated[str, typer.Argument(metavar="SOURCE", help=SOURCE_HELP)]
SourceOption = Annotated[str, typer.Option("--from", "--dir", metavar="SOURCE", help=SOURCE_HELP)]


def is_address(source: str) -> bool:
    """Tell whether a source is an address, from its first letters."""
    return source.startswith(("http://", "https://"))
