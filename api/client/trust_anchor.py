"""A trust anchor as a person names it: a trust folder, a verifier page that somebody publishes, or its address."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from constancia.ledger.publication.trust_page import MAX_PAGE_BYTES, TrustPage
from constancia.verify.core.errors import Unreadable
from constancia.verify.sources.files import read_named
from constancia.verify.sources.layout import GENESIS_NAME, POLICY_NAME
from constancia.verify.trust.policy_file import MAX_POLICY_BYTES
from constancia.verify.trust.trust_folder import TrustFolder, load_trust

_OWN_MACHINE: Final = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustAnchor:
    """A trust anchor.

    Attributes:
        trust: What it pins.
        files: Its files by name, without the checkpoint, which changes.
        page: The page that it comes from; None for a folder.
    """

    trust: TrustFolder
    files: Mapping[str, bytes]
    page: TrustPage | None = None


def read_anchor(given: str | Path) -> TrustAnchor:
    """Read a trust anchor.

    Args:
        given: A trust folder, the file of a page, or the https address of one (http on this machine alone: others on
            the way could replace it).

    Returns:
        The anchor.

    Raises:
        Unreadable: It can't be had, or a page has no anchor in it.
        Malformed: It is in another form.
        NoLedger: The address is none.
    """
    text = str(given)
    if text.startswith(("http://", "https://")):
        if text.startswith("http://") and urlsplit(text).hostname not in _OWN_MACHINE:
            raise Unreadable("trust", text, "a trust anchor is read from an https address only")
        from constancia.api.client.remote_log import fetch  # noqa: PLC0415 - most verbs do without it

        return _of_page(fetch(text), text)
    path = Path(text)
    try:
        is_page = path.is_file()
    except OSError as error:  # a name that is too long, a folder that may not be read
        raise Unreadable("denied", text, str(error)) from error
    if is_page:
        return _of_page(read_named(path, MAX_PAGE_BYTES), text)
    return TrustAnchor(trust=load_trust(path), files=files_of(path))


def files_of(folder: Path) -> dict[str, bytes]:
    """Give the files of a trust folder that say what is pinned: policy, genesis and the certificates of `tsa/`."""
    listed = [folder / name for name in (POLICY_NAME, GENESIS_NAME)]
    tsa = folder / "tsa"
    listed += sorted(tsa.iterdir()) if tsa.is_dir() else []
    return {
        path.relative_to(folder).as_posix(): read_named(path, MAX_POLICY_BYTES)
        for path in listed
        if path.exists() and not path.is_dir()
    }


def _of_page(data: bytes, where: str) -> TrustAnchor:
    page = TrustPage.read(data)
    if page is None:
        raise Unreadable("trust", where, "a page without a trust anchor in it")
    files = {POLICY_NAME: page.policy.encode(), GENESIS_NAME: f"{page.genesis}\n".encode()}
    return TrustAnchor(trust=page.trust(), files=files, page=page)
