"""What every verb that reads takes: a source of any kind, and its options and words."""

import re
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


def plain_address(source: str) -> str:
    """Give the ledger's address where a page's was copied from the browser: `…/es/…` ends before its language.

    Args:
        source: What was given; anything but such an address is given back as it is.
    """
    match = re.match(r"(https?://[^?#]+?)/(?:es|en)(?:/[^?#]*)?(?:[?#].*)?\Z", source)
    return match[1] if match else source
