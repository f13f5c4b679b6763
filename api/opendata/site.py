"""The ledger as a site of files: the same pages, made by the same application, with links among themselves."""

import html
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from anyio.from_thread import start_blocking_portal
from starlette.types import ASGIApp

from constancia.api.opendata.document_names import folded
from constancia.api.opendata.links import PAGER, SiteAddress, file_of_page, rewritten
from constancia.api.opendata.tables.all_tables import FOLDERS, TABLES
from constancia.api.text.i18n import LANGUAGES, tr

if TYPE_CHECKING:
    import httpx

COPY_PAGE: Final = 100  # entries on a page of a copy
MAX_PAGES: Final = 20_000
# Where the copy's own pages are, within a language's part of the site (`api/pages/records/copy_pages.py`).
ENTRIES_PATH: Final = "/{lang}/copia/registros/{page}"
DOCUMENTS_PATH: Final = "/{lang}/copia/documentos"
_ENTRY: Final = re.compile(r"/(es|en)/(?:registros|entries)(?:/(\d{1,16}|[0-9a-f]{64}))?\Z")
_LEAF: Final = re.compile(r"/e/([0-9a-f]{64})\Z")
_DOCUMENT: Final = re.compile(r"/documents/([0-9a-f]{64})\Z")
# Pages that are nothing without a server (search, preparing and signing acts, altering a copy), and refused attempts,
# which are not in the log.
_ONLINE: Final = re.compile(
    r"/(?:es/(?:buscar|firmar|llaves|pendientes|preparar|pruebe|rechazos|registros/\d+/constancia)"
    r"|en/(?:search|sign|keys|pending|prepare|try|refusals|entries/\d+/(?:constancia|receipt)))(?:/|\Z)"
)
_TABLES: Final = frozenset(f"/{FOLDERS[lang]}/{table.named(lang)}.csv" for lang in LANGUAGES for table in TABLES)
_DICTIONARIES: Final = frozenset(f"/{folder}/datapackage.json" for folder in FOLDERS.values())
# Files that have the same name in the bundle.
_FILES: Final = frozenset({"/verificador.html", "/checkpoint", *_TABLES, *_DICTIONARIES})


_FILE: Final = re.compile(r"\.[a-z]{2,6}\Z")  # a feed, a calendar: not a page
_START: Final = SiteAddress("/es/")
_ONLY_ONLINE: Final = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{words}</title></head><body><main><h1>{words}</h1></main></body></html>
"""


class Site:
    """Makes a copy of the site.

    Args:
        app: The application of a ledger that does not grow, with the copy's own pages.
        size: Number of entries.
        index_of: Gives the index of an entry by its leaf hash; None where there is none.
        documents: Files of the copy by SHA-256.
        day: The day that the pages are as of, in words by language.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        size: int,
        index_of: Callable[[str], int | None],
        documents: Mapping[str, str],
        day: Mapping[str, str],
    ) -> None:
        self._app = app
        self._size = size
        self._index_of = index_of
        self._documents = documents
        self._day = day
        self._waiting: deque[SiteAddress] = deque()
        self._pages: dict[SiteAddress, str] = {}
        self._names: set[str] = set()
        self._sections: dict[SiteAddress, httpx.Response] = {}
        self._absent: set[SiteAddress] = set()
        self._ask: Callable[[SiteAddress], httpx.Response] = lambda _address: _nothing()
        self._static: dict[str, None] = {}

    @property
    def count(self) -> int:
        """How many pages are known by now."""
        return len(self._pages)

    def files(self, progress: Callable[[int], None]) -> Iterator[tuple[str, bytes]]:
        """Yield the files of the site, each made when it is asked for.

        Args:
            progress: Is given the number of pages made.
        """
        for lang in LANGUAGES:
            self._page(SiteAddress(f"/{lang}/"))
            for page in range(1, max(1, -(-self._size // COPY_PAGE)) + 1):
                self._page(SiteAddress(ENTRIES_PATH.format(lang=lang, page=page)))
            self._page(SiteAddress(DOCUMENTS_PATH.format(lang=lang)))
        import httpx  # noqa: PLC0415 (the server starts without it)

        transport, done = httpx.ASGITransport(app=self._app, raise_app_exceptions=False), 0
        with start_blocking_portal() as portal:  # the application's loop has a thread of its own
            client = httpx.AsyncClient(transport=transport, base_url="http://localhost", follow_redirects=True)
            try:
                self._ask = lambda address: portal.call(client.get, _path(address))
                while self._waiting:
                    address = self._waiting.popleft()
                    answer = self._sections.pop(address, None) or self._ask(address)
                    if address == _START:
                        yield "index.html", self._copied(answer, address, "index.html")
                    yield self._pages[address], self._copied(answer, address, self._pages[address])
                    done += 1
                    progress(done)
                for path in self._static:
                    yield path, portal.call(client.get, f"/{path}").content
            finally:
                portal.call(client.aclose)

    def _copied(self, answer: "httpx.Response", address: SiteAddress, place: str) -> bytes:
        """Give what takes a page's place: the page, also one that says that there is none; links lead there already."""
        lang = address.path[1:3]
        page = (
            answer.text
            if _is_html(answer)
            else _ONLY_ONLINE.format(lang=lang, words=html.escape(tr(lang, "page.bundle.online")))
        )
        notice = self._notice(lang, "../" * place.count("/"))
        return rewritten(page, address, place, self._lead, notice).encode()

    def _notice(self, lang: str, up: str) -> str:
        words = html.escape(tr(lang, "page.bundle.copy", size=self._size, day=self._day[lang]))
        link = html.escape(tr(lang, "page.bundle.open_verifier"))
        documents = html.escape(tr(lang, "page.bundle.documents"))
        place = self._pages[SiteAddress(DOCUMENTS_PATH.format(lang=lang))]
        label = html.escape(tr(lang, "page.bundle.label"))
        return (
            f'<aside class="wrap" aria-label="{label}"><p class="notice">{words} '
            f'<a href="{up}verificador.html">{link}</a> · <a href="{up}{place}">{documents}</a></p>'
            "</aside>\n"
        )

    def _lead(self, target: SiteAddress) -> str | None:
        """Give the file to which an address leads; a page that was not known is made too."""
        path = target.path
        if match := _ENTRY.match(path):
            return self._named_entry(match.group(1), match.group(2))
        if match := _LEAF.match(path):
            return self._named_entry("es", match.group(1))
        if match := _DOCUMENT.match(path):
            return self._documents.get(match.group(1))
        if path.startswith("/static/"):
            self._static.setdefault(path[1:])
        if path.startswith("/static/") or path in _FILES:
            return path[1:]
        return self._other_page(target)

    def _other_page(self, target: SiteAddress) -> str | None:
        path = target.path
        is_page = path.startswith(("/es/", "/en/")) and not _ONLINE.match(path) and not _FILE.search(path)
        names = {part.partition("=")[0] for part in target.query.split("&")} if target.query else set()
        address = SiteAddress(path, target.query)
        place = self._page(address) if is_page and names <= PAGER and self._is_there(address) else None
        return place if place is None or not target.fragment else f"{place}#{target.fragment}"

    def _is_there(self, address: SiteAddress) -> bool:
        """Tell whether there is such a page: of a section by asking for it, of a matter because another leads to it."""
        if address.path.count("/") > 2 or address in self._pages:
            return True
        if address not in self._absent:
            answer = self._ask(address)
            if answer.status_code == 200 and _is_html(answer):
                self._sections[address] = answer
                return True
            self._absent.add(address)
        return False

    def _named_entry(self, lang: str, name: str | None) -> str | None:
        """Give the place of an entry that is named by its index or its leaf hash; without a name the last page."""
        if name is None or len(name) < 64:
            return self._entry(lang, int(name) if name else None)
        index = self._index_of(name)
        return None if index is None else self._entry(lang, index)

    def _entry(self, lang: str, index: int | None) -> str | None:
        if index is None:
            index = max(0, self._size - 1)
            return self._pages[SiteAddress(ENTRIES_PATH.format(lang=lang, page=_page_of(index)))]
        if index >= self._size:
            return None
        return f"{self._pages[SiteAddress(ENTRIES_PATH.format(lang=lang, page=_page_of(index)))]}#r{index}"

    def _page(self, address: SiteAddress) -> str | None:
        if address not in self._pages:
            if len(self._pages) >= MAX_PAGES:
                return None
            name = file_of_page(address)
            while folded(name) in self._names:
                name = name.removesuffix(".html") + "-.html"
            self._names.add(folded(name))
            self._pages[address] = name
            self._waiting.append(address)
        return self._pages[address]


def _nothing() -> "httpx.Response":
    import httpx  # noqa: PLC0415 (the server starts without it)

    return httpx.Response(404)


def _is_html(answer: "httpx.Response") -> bool:
    return str(answer.headers.get("content-type", "")).startswith("text/html")


def _path(address: SiteAddress) -> str:
    return f"{address.path}?{address.query}" if address.query else address.path


def _page_of(index: int) -> int:
    return index // COPY_PAGE + 1
