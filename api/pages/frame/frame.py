"""The frame of every page: language, what it is as of (size, root, instant), and whether this is a demonstration."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined, select_autoescape
from platformdirs import user_cache_path
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from constancia.api.http.proxies import path_within, prefix_of
from constancia.api.http.request.context import address_of, settings_of
from constancia.api.opendata.tables.all_tables import path_of_table
from constancia.api.pages.figures.pictures import Pictures
from constancia.api.pages.figures.source import PictureSource
from constancia.api.pages.frame.marked_text import marked, marked_message
from constancia.api.pages.frame.page_head import CITING, brief, in_other_names, own_query, path_in_other, which_words
from constancia.api.pages.frame.rows_cache import rows_cache_of
from constancia.api.pages.frame.titles import matter_words
from constancia.api.text.dates import byte_words, date_words, instant_words, moment_words
from constancia.api.text.i18n import in_language, language_name, tr
from constancia.api.text.rules import rule_words
from constancia.domain.facts.derive import DerivedFact
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.identity.party import Party
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.naming import name_of
from constancia.domain.state import State
from constancia.ledger.ledger import Ledger
from constancia.ledger.views.projections.base import Row
from constancia.ledger.views.reading import Reading
from constancia.verify.report.printable import printable

_JUST_RECORDED: Final = 20
AS_OF_NAMES: Final = ("size", "known", "at")
# The same page in the other language: path segments differ.
SEGMENTS = {
    "compromisos": "commitments",
    "acuerdos": "agreements",
    "comunicados": "statements",
    "deberes": "duties",
    "decisiones": "decisions",
    "quejas": "complaints",
    "reuniones": "gatherings",
    "participacion": "participation",
    "registros": "entries",
    "partes": "parties",
    "codigos": "codes",
    "planes": "plans",
    "vencidos": "overdue",
    "senalamientos": "allegations",
    "rechazos": "refusals",
    "cancelaciones": "cancellations",
    "ayuda": "help",
    "glosario": "glossary",
    "acerca": "about",
    "accesibilidad": "accessibility",
    "mapa": "map",
    "componentes": "components",
    "buscar": "search",
    "cambios": "changes",
    "seguir": "follow",
    "verificar": "verify",
    "integridad": "integrity",
    "pruebe": "try",
    "datos": "data",
    "preparar": "prepare",
    "firmar": "sign",
    "pendientes": "pending",
    "llaves": "keys",
}
# Sections whose links keep no past: one has two moments of its own, and what is prepared is prepared today.
_OF_NOW: Final = ("cambios", "preparar")
# What a section is called: in the trail above its pages, in the map of the site.
TITLES: Final[Mapping[str, str]] = {
    "compromisos": "page.commitments",
    "vencidos": "page.overdue",
    "decisiones": "page.decisions",
    "acuerdos": "page.agreements",
    "planes": "page.plans",
    "partes": "page.parties",
    "reuniones": "page.gatherings",
    "participacion": "page.participation",
    "quejas": "page.complaints",
    "deberes": "page.duties",
    "comunicados": "page.statements",
    "senalamientos": "page.allegations",
    "registros": "page.entries",
    "cambios": "page.changes",
    "buscar": "page.search",
    "seguir": "page.follow",
    "preparar": "page.prepare",
    "datos": "page.data.title",
    "verificar": "page.verify",
    "integridad": "page.integrity",
    "pruebe": "page.try",
    "ayuda": "page.help",
    "glosario": "page.glossary",
    "acerca": "page.about",
    "accesibilidad": "page.accessibility",
    "mapa": "page.map",
    "codigos": "page.codes",
    "rechazos": "page.refusals",
    "cancelaciones": "page.cancellations",
    "pendientes": "page.pending",
}
# Kinds of documents that people hand in; others are "files".
_MEDIA: Final[Mapping[str, str]] = {
    "application/pdf": "pdf",
    "image/jpeg": "image",
    "image/png": "image",
    "text/csv": "table",
    "text/markdown": "text",
    "text/plain": "text",
}
# A kind of stream → the section whose pages show it.
_PAGES_OF: Final[Mapping[str, str]] = {
    "agreement": "acuerdos",
    "commitment": "compromisos",
    "complaint": "quejas",
    "decision": "decisiones",
    "entry": "registros",
    "party": "partes",
    "plan": "planes",
}


def _shown(value: object) -> object:
    """Make foreign text harmless wherever a template shows it; what is markup already came through the renderer."""
    is_text = isinstance(value, str) and not hasattr(value, "__html__")
    return printable(value, len(value), keep="\n\t") if is_text else value  # type: ignore[arg-type]  # it is text


def _compiled() -> FileSystemBytecodeCache | None:
    """Give where compiled templates stay between starts: a folder of this user's alone; None where none can be made."""
    folder = user_cache_path("constancia") / "templates"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None
    return FileSystemBytecodeCache(str(folder)) if os.access(folder, os.W_OK) else None


@cache
def templates() -> Environment:
    """Give the template environment, made once."""
    environment = Environment(
        loader=PackageLoader("constancia.api"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_compiled(),
        auto_reload=False,  # each page would ask the disk whether its templates have changed
    )
    environment.filters["capitalize_first"] = lambda text: type(text)(text[:1].upper() + text[1:])
    environment.filters["groups"] = lambda text: " ".join(str(text)[i : i + 8] for i in range(0, len(str(text)), 8))
    environment.filters["fours"] = lambda text: " ".join(str(text)[i : i + 4] for i in range(0, len(str(text)), 4))
    return environment


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page is made from.

    Attributes:
        request: The request.
        ledger: The ledger.
        as_of: The state shown, and the instant at which it is judged.
        keeps: Whether links keep what the page is as of.
        language: Its language, where its address does not begin with it.
    """

    request: Request
    ledger: Ledger
    as_of: Reading
    keeps: bool = True
    language: str | None = None

    @property
    def lang(self) -> str:
        """The page's language, `es` or `en`."""
        if self.language is not None:
            return self.language
        return path_within(self.request.scope)[1:3]

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters that say what the page is as of: every link to another page has them too."""
        asked = self.request.query_params
        return {name: asked[name] for name in AS_OF_NAMES if name in asked} if self.keeps else {}

    def link(self, path: str, **more: object) -> str:
        """Give a link to a page, as of the same size and day."""
        path, _, asked = path.partition("?")
        query = urlencode(dict(parse_qsl(asked)) | more | self.parameters)
        return f"{path}?{query}" if query else path

    @property
    def state(self) -> State:
        """The state shown."""
        return self.as_of.state

    def rows(self, name: str) -> list[Row]:
        """Give all rows of a projection, computed once for the same size and day; not to be changed."""
        return rows_cache_of(self.request).rows(self.as_of, name)

    @property
    def source(self) -> PictureSource:
        """What pictures are made from."""
        return PictureSource(reading=self.as_of, ledger=self.ledger, lang=self.lang)

    def facts(self) -> tuple[DerivedFact, ...]:
        """Give the derived facts of what the page shows, computed once for the same size and day."""
        return rows_cache_of(self.request).facts(self.as_of)

    def statement(self, index: int) -> dict[str, Any]:
        """Give an entry's statement."""
        statement: dict[str, Any] = json.loads(self.ledger.log.entry(index))["statement"]
        return statement

    def page_of(self, stream: str) -> str | None:
        """Give the address of the page that shows a stream; None where none does."""
        kind, _, name = stream.partition("/")
        section = _PAGES_OF.get(kind)
        is_there = kind == "entry" or stream in self.state.aggregates  # a page of the past has fewer
        name = str(self.ledger.log.index_of(name)) if kind == "entry" else name
        return self.to(section, name) if section is not None and is_there else None

    def to(self, name: str, *parts: object) -> str:
        """Give the address of a page by its Spanish segment and what follows it, as of the same size and day."""
        more = (CITING[self.lang] if part == "citar" else str(part) for part in parts)
        path = "/".join([prefix_of(self.request.scope), self.lang, segment(self.lang, name), *more])
        return path if name in _OF_NOW else self.link(path)

    def source_say(self, msgid: str, **params: object) -> str:
        """Give a message in the page's language, without markup."""
        return tr(self.lang, msgid, **params)

    def plain_text(self, value: object) -> str:
        """Give a text in the page's language, without markup."""
        return in_language(value, self.lang, self.state.languages)

    def named(self, member: str, value: str, of: str | None = None) -> object:
        """Give the title of what an identifier names, as a template shows it; the identifier where it is unknown.

        Args:
            member: What kind of identifier it is, such as `commitment`.
            value: The identifier.
            of: The commitment of a milestone or deliverable.
        """
        name = name_of(member, value, {"commitment": of}, self.state)
        return value if name is None else marked(name.title, self.lang, self.state.languages)

    def page(self, template: str, **context: Any) -> Response:
        """Render a page.

        Args:
            template: The template's name.
            context: What the template needs.
        """
        lang, state, ledger = self.lang, self.state, self.ledger
        address, base = address_of(self.request, settings_of(self.request)), prefix_of(self.request.scope)
        genesis, languages = state.aggregates.get("ledger") or ledger.state().aggregates.get("ledger"), state.languages
        opened = genesis.opened if isinstance(genesis, LedgerState) else None
        html = (
            templates()
            .get_template(template)
            .render(
                lang=lang,
                base=base,
                section=self.section,
                titles=TITLES,
                as_of_parameters=self.parameters,
                other_lang="en" if lang == "es" else "es",
                other_path=self._in_other_language(),
                here_url=_absolute(address, base, self._here()),
                other_url=_absolute(address, base, self._in_other_language(is_whole=False)),
                which=which_words(self.request.query_params, self.as_of, ledger.size, lang) if self.keeps else "",
                brief=brief,
                t=lambda msgid, **params: marked_message(lang, msgid, **params),
                text=lambda value: marked(value, lang, languages),
                rule_text=lambda words: rule_words(words, lang),
                plain=lambda value: in_language(value, lang, languages),
                word=lambda name: _word(lang, name),
                language=lambda tag: language_name(tag, lang),
                own_word=lambda name: _own_word(genesis, lang, name),
                to=self.to,
                page_of=self.page_of,
                named=self.named,
                matter=lambda stream: matter_words(stream, state, lang, self.page_of),
                kind_of=lambda media_type: tr(lang, f"page.media_{_MEDIA.get(media_type, 'other')}"),
                bytes=byte_words,
                stored_documents=cache(lambda: frozenset(ledger.documents.names())),
                link=self.link,
                data_path=lambda name, form: f"{base}{path_of_table(name, lang, form)}",
                start=f"{base}/{lang}/",
                date=lambda day: date_words(str(day), lang),
                when=lambda instant: instant_words(str(instant), lang, state.timezone),
                moment=lambda asked: moment_words(str(asked), lang, state.timezone),
                zone_name=state.timezone,
                size=self.as_of.size,
                is_past=self.as_of.size != ledger.size,
                asked_day=self.as_of.as_of.day,
                judged_on=self.as_of.day.isoformat(),
                notes=self.as_of.notes,
                present=self.request.url.path,
                head=ledger.size,
                refusal=ledger.refusal,
                catching_up=self._catching_up(),
                rollbacks=ledger.rollbacks,
                root=ledger.log.root(self.as_of.size).hex(),
                title_text=in_language(opened.name, lang, languages) if opened else ledger.origin,
                ledger_name=opened.name if opened else ledger.origin,
                pictures=Pictures(self.source),
                is_demo=bool(opened and opened.demonstration),
                party_name=lambda party: party_name(state, party, lang),
                holder=lambda name: (
                    party_name(state, name, lang) if f"party/{name}" in state.aggregates else _word(lang, name)
                ),
                **context,
            )
        )
        return HTMLResponse(html, headers={"Content-Language": lang})

    def _catching_up(self) -> dict[str, str] | None:
        """Give how far the views are where they lag behind by more than what has just been recorded."""
        done, total = self.ledger.views.position, self.ledger.size
        is_behind = total - done > _JUST_RECORDED and self.ledger.views.is_late
        return {"done": f"{done:,}", "total": f"{total:,}"} if is_behind else None

    @property
    def section(self) -> str:
        """The page's section, by its Spanish segment; empty for the start page."""
        name = path_within(self.request.scope).split("/")[2]
        spanish = {english: name for name, english in SEGMENTS.items()}
        return name if self.lang == "es" else spanish.get(name, name)

    def _here(self) -> str:
        """Give the address that is this page's own, whatever other names of it were asked for."""
        path, other = path_within(self.request.scope), "en" if self.lang == "es" else "es"
        path = path_in_other(path_in_other(path, self.lang, SEGMENTS), other, SEGMENTS)
        query = own_query(self.request.query_params, self.parameters, is_changes=self.section == "cambios")
        return prefix_of(self.request.scope) + (f"{path}?{query}" if query else path)

    def _in_other_language(self, *, is_whole: bool = True) -> str:
        """Give the same page in the other language: with all that was asked for, or its own address alone."""
        scope, query = self.request.scope, self.request.url.query if self.keeps else ""
        if not is_whole or self.section == "cambios":
            query = own_query(self.request.query_params, self.parameters, is_changes=self.section == "cambios")
            query = in_other_names(query, self.lang)
        path = prefix_of(scope) + path_in_other(path_within(scope), self.lang, SEGMENTS)
        return f"{path}?{query}" if query else path


def _absolute(address: str, base: str, path: str) -> str:
    """Give a path of this server, which begins with its prefix, as an address."""
    return address + path.removeprefix(base)


def segment(lang: str, name: str) -> str:
    """Give a path segment in a language, from its Spanish one."""
    return name if lang == "es" else SEGMENTS[name]


def party_name(state: State, party: str, lang: str) -> str:
    """Give a party's short name: acronym, else legal name, as HTML where it is not in the page's language."""
    aggregate = state.aggregates.get(f"party/{party}")
    if isinstance(aggregate, Party):
        return marked(aggregate.acronym or aggregate.legal_name, lang, state.languages)
    return party


def _own_word(genesis: Aggregate | None, lang: str, word: str) -> str:
    """Give the name of a kind of party or a capacity: genesis's, else ours."""
    name = genesis.name_of(word) if isinstance(genesis, LedgerState) else None
    return (
        _word(lang, word)
        if name is None or not isinstance(genesis, LedgerState)
        else marked(name, lang, genesis.languages)
    )


def _word(lang: str, name: object) -> str:
    word = tr(lang, f"word.{name}")
    return str(name) if word == f"word.{name}" else word
