"""A verifier page of one's own: the release's page with a trust anchor in it, under its publisher's name.

- H1: what is put in is data in `<meta>` elements, escaped; script, style and policy stay those of the release, byte for
  byte, so that the page's hashes are still true.
- H2: one anchor, publisher, date, address and language give one page: a page is checked by making it again.
- H3: what a page holds is read or refused, here and in the page itself, by the same rule: an anchor that does not give
  the fingerprint next to it is refused.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from html.parser import HTMLParser
from typing import Final, Self

from constancia.ledger.publication.verifier_page import policy_of, verifier_page
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import FORBIDDEN
from constancia.verify.core.formats.signatures import is_hex64
from constancia.verify.trust.fingerprint import fingerprint
from constancia.verify.trust.pinned_checkpoint import TRUST, open_pinned
from constancia.verify.trust.policy_file import parse_policy
from constancia.verify.trust.trust_folder import TrustFolder

MAX_PAGE_BYTES: Final = 4_000_000
MAX_NAME: Final = 100  # characters of a publisher's name
LANGUAGES: Final = ("es", "en")
_PREFIX: Final = "constancia-"
_NEEDED: Final = ("publisher", "date", "fingerprint", "genesis", "policy")
_OPTIONAL: Final = ("address", "checkpoint")
_ADDRESS: Final = re.compile(r"https?://[!-~]{1,500}", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_HTML: Final = '<html lang="es">'
_BEFORE: Final = "<title>"
_PROGRAM: Final = re.compile(r"<(script|style)>.*?</\1>", re.DOTALL)


class OtherPage(Exception):
    """A page that is not what this release makes from the anchor in it.

    Attributes:
        is_program: Whether its script, style or policy are others; else only what is around them.
    """

    def __init__(self, *, is_program: bool) -> None:
        super().__init__("another program" if is_program else "other markup")
        self.is_program = is_program


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPage:
    """What is put into a page.

    Attributes:
        publisher: Who publishes it.
        date: The day on which it was made, `YYYY-MM-DD`.
        address: Where it is published, an http or https address; None for a page that is handed over.
        policy: The policy, as text.
        genesis: The leaf hash of entry 0, in hex.
        checkpoint: A checkpoint that the log must extend, as a signed note; None for none.
        language: The language in which it opens, `es` or `en`.

    Raises:
        Malformed: A part has another form.
    """

    publisher: str
    date: str
    policy: str
    genesis: str
    address: str | None = None
    checkpoint: str | None = None
    language: str = "es"

    def __post_init__(self) -> None:
        """Refuse what the page itself would refuse."""
        _check("publisher", is_name(self.publisher), "a name of at most 100 visible characters", self.publisher)
        _check("date", _is_day(self.date), "a day, YYYY-MM-DD", self.date)
        is_address = self.address is None or _ADDRESS.fullmatch(self.address) is not None
        _check("address", is_address, "an http or https address", self.address)
        _check("genesis", is_hex64(self.genesis), "64 hex digits", self.genesis)
        _check("language", self.language in LANGUAGES, "es or en", self.language)
        trust = self.trust()
        if self.checkpoint is not None:
            open_pinned(self.checkpoint.encode(), trust, TRUST)

    @property
    def fingerprint(self) -> str:
        """The anchor's fingerprint."""
        return self.trust().word["fingerprint"]  # type: ignore[index]  # a genesis is there

    @property
    def word(self) -> dict[str, str]:
        """On whose word a verdict rests that is given with this page."""
        given = {"publisher": self.publisher, "date": self.date, "address": self.address}
        return {name: value for name, value in given.items() if value is not None}

    def trust(self) -> TrustFolder:
        """Give what the page pins.

        Raises:
            Malformed: The policy has another form.
        """
        policy, genesis = parse_policy(self.policy), bytes.fromhex(self.genesis)
        word = {"fingerprint": fingerprint(self.policy, policy.logs, genesis), **self.word}
        checkpoint = None if self.checkpoint is None else self.checkpoint.encode()
        return TrustFolder(policy=policy, genesis=genesis, checkpoint=checkpoint, word=word)

    def html(self) -> str:
        """Give the page."""
        values = {
            "publisher": self.publisher,
            "address": self.address,
            "date": self.date,
            "fingerprint": self.fingerprint,
            "genesis": self.genesis,
            "policy": self.policy,
            "checkpoint": self.checkpoint,
        }
        rows = "".join(
            f'<meta name="{_PREFIX}{name}" content="{escape(value)}">\n'
            for name, value in values.items()
            if value is not None
        )
        head, rest = verifier_page().decode().split(_BEFORE, 1)
        return head.replace(_HTML, f'<html lang="{self.language}">', 1) + rows + _BEFORE + rest

    @classmethod
    def read(cls, page: bytes) -> Self | None:
        """Read what a page holds; None if it holds nothing of the kind.

        Args:
            page: The page, of this release or another, as it was made or saved again by a browser.

        Raises:
            Malformed: It holds an anchor that is broken.
        """
        reader = _Reader()
        text = page.decode("utf-8-sig", "replace")
        try:
            reader.feed(text.replace("\r\n", "\n").replace("\r", "\n"))  # as a browser reads it
            reader.close()
        except AssertionError as error:  # the library's own, for a declaration that no page has
            raise Malformed("trust-page", "page", "an HTML page", error) from error
        values = reader.values
        if not values:
            return None
        names = set(values)
        _check("page", not reader.repeated and set(_NEEDED) <= names, ", ".join(_NEEDED), ", ".join(sorted(names)))
        parts: dict[str, str] = {name: values[name] for name in (*_NEEDED, *_OPTIONAL) if name in values}
        stated = parts.pop("fingerprint")
        read = cls(**parts, language=reader.language)
        _check("fingerprint", stated == read.fingerprint, read.fingerprint, stated)
        return read


def check_page(page: bytes) -> TrustPage | None:
    """Compare a page with what this release makes from the anchor in it (rule H2).

    Args:
        page: The file's bytes.

    Returns:
        What it holds; None if it holds no anchor.

    Raises:
        Malformed: It holds an anchor that is broken.
        OtherPage: It is another page, or its program is another one.
    """
    there = TrustPage.read(page)
    if there is not None and there.html().encode() != page:
        raise OtherPage(is_program=_program(page) != _program(there.html().encode()))
    return there


def is_name(name: str) -> bool:
    """Tell whether a publisher's name can be shown: one line, nothing invisible, in one form."""
    is_shown = name.strip() == name and not FORBIDDEN.search(name) and "\n" not in name
    return 0 < len(name) <= MAX_NAME and is_shown and unicodedata.normalize("NFC", name) == name


def _is_day(text: str) -> bool:
    try:
        return _DAY.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _check(part: str, is_right: bool, expected: str, given: object) -> None:
    if not is_right:
        raise Malformed("trust-page", part, expected, given)


def _program(page: bytes) -> Mapping[str, object]:
    text = page.decode("utf-8", "replace")
    try:
        policy = policy_of(text)
    except ValueError:
        policy = ""
    return {"policy": policy, "program": [match[0] for match in _PROGRAM.finditer(text)]}


class _Reader(HTMLParser):
    """Collects the `constancia-` meta elements of a page and its language."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.language = "es"
        self.repeated = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag."""
        attributes = dict(attrs)
        name = attributes.get("name") or ""
        if tag == "html" and attributes.get("lang") in LANGUAGES:
            self.language = str(attributes["lang"])
        elif tag == "meta" and name.startswith(_PREFIX):
            self.repeated |= name[len(_PREFIX) :] in self.values
            self.values[name[len(_PREFIX) :]] = attributes.get("content") or ""
