"""What no page says to a reader: a row for each kind of slip, with an example; and what is allowed where, and why.

A new slip is one row of `SLIPS`: its name, the languages of the texts that are looked at, a regular expression, a text
that has the slip, and one that has not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests.e2e.page_text import Block

from constancia.domain.catalogue import REGISTRY

BOTH: Final = ("es", "en")
_MONTHS: Final = (
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre",
    "January|February|March|April|May|June|July|August|September|October|November|December",
)
_FEMININE: Final = (
    "decisión|propuesta|queja|preocupación|solicitud|reunión|llave|firma|constancia|impugnación|cancelación|evaluación"
    "|contribución|fecha|parte|respuesta|votación|condición"
)
_MASCULINE: Final = "compromiso|acuerdo|hito|entregable|plan|registro|deber|plazo|voto|órgano|nombramiento|informe"
_STEMS: Final = (
    "aprobad|adoptad|firmad|rechazad|vencid|cerrad|retirad|revocad|recibid|presentad|negad|propuest|atendid"
    "|entregad|resuelt|admitid|desechad|suspendid|terminad|cumplid|contestad"
)
_SPANISH: Final = (
    "el|la|los|las|del|de|que|con|por|para|una|este|esta|fue|sin|en|su|al|como|pero|desde|hasta|registro|quien|ninguna"
)
_ENGLISH: Final = (
    "the|of|and|with|is|are|not|for|from|this|was|were|by|to|been|which|its|that|an|at|on|or|but|since|until|entry|who"
)


@dataclass(frozen=True, slots=True)
class Slip:
    """A kind of slip: `wrong` has it, `right` has not."""

    name: str
    langs: tuple[str, ...]
    pattern: re.Pattern[str]
    wrong: str
    right: str


def _slip(name: str, langs: tuple[str, ...], pattern: str, wrong: str, right: str) -> Slip:
    return Slip(name, langs, re.compile(pattern), wrong, right)


SLIPS: Final = (
    _slip("a party or a kind by its identifier", BOTH, r"(?<![\w./-])(?:inai|sfp|nosc|sabg|citizen|cc|stt)(?![\w./-])",
          "los testigos: inai, nosc", "los testigos: INAI, NOSC"),
    _slip("an identifier", BOTH, r"(?<![\w/.#:-])(?!v\d\b)[a-z]{1,4}-?\d{1,2}(?:\.\d+)?(?![\w-])",
          "por la decisión d-9", "SHA-256, v1 → v2"),
    _slip("a type of act", BOTH, rf"\b(?:{'|'.join(sorted(REGISTRY))})\b", "acto: VoteCast", "acto: un voto"),
    _slip("CamelCase", BOTH, r"\b(?!JavaScript|LibreOffice)[A-Z][a-z]+(?:[A-Z][a-z]+)+\b", "EntryContested",
          "JavaScript y LibreOffice, de SocialTIC"),
    _slip("a word of the code", BOTH, r"(?<![\w/.])[a-z]+_[a-z_]+\b(?!/)", "partly_signed", "America/Mexico_City"),
    _slip("an identifier of a message", BOTH, r"\b(?:page|word|note|cli|act|problem|data|error)\.[a-zA-Z]\w+",
          "page.by_server", "esta página. Según"),
    _slip("a code", BOTH, r"\bE_[A-Z_]+\b", "No se admitió (E_ROLE)", "No se admitió"),
    _slip("a stream", BOTH, r"\b[a-z]+/[a-z0-9]+[-.][a-z0-9.-]+\b(?!/)", "deliverables/d1.3", "America/Mexico_City"),
    _slip("a date range for programs", BOTH, r"\b\d{4}(?:-\d\d){0,2}/(?:\d{4}|\.\.)|\.\./\d{4}", "2019-08/..",
          "desde agosto de 2019"),
    _slip("a date for programs", BOTH, r"(?<![\w/.#=-])\d{4}-\d\d(?:-\d\d)?(?![\w-])", "el 2019-03-26",
          "de 2019 a 2021; 26 de marzo de 2019"),
    _slip("a value for programs", BOTH, r"\bNone\b|\bTrue\b|\bFalse\b|\bUndefined\b|\bnull\b|<[a-z]+ object|Ellipsis",
          "Motivo: None", "ninguno; Falsedad"),
    _slip("a placeholder", BOTH, r"[{}]|%\(|%s|\[\]|\(\)|«»|“”|&\w+;", "entrega %(version)s", "entrega (versión 1)"),
    _slip("one with a plural", ("es",), r"(?<![\d,./#-])\b1 (?!es\b|los\b|las\b|más\b|mes\b)(?:\w+s)\b",
          "faltan 1 hitos", "falta 1 hito; registro 1 es; 21 hitos"),
    _slip("one with a plural", ("en",), r"(?<![\d,./#-])\b1 (?!is\b|was\b|as\b|has\b)(?:\w+s)\b", "1 entries",
          "1 entry; entry 1 is; 11 entries"),
    _slip("a day without its article", ("es",),
          rf"(?i:\b(?:desde|hasta|en|de|a|con efecto en)) \d{{1,2}} de (?:{_MONTHS[0]})\b",
          "desde 21 de marzo de 2025", "desde el 21 de marzo; del 3 al 5 de mayo; a más tardar el 1 de junio"),
    _slip("a month with an article", ("es",), rf"\b(?:[Ee]l|[Aa]l|[Dd]el) (?:{_MONTHS[0]}|(?:19|20)\d\d\b(?! reg))",
          "se retiró el mayo de 2017", "se retiró en mayo de 2017"),
    _slip("a month as a day", ("en",), rf"\b[Oo]n (?:{_MONTHS[1]}|(?:19|20)\d\d\b)", "left on May 2017",
          "left in May 2017; on 3 May 2017"),
    _slip("two prepositions", BOTH,
          r"(?i:\b(desde|hasta|el|en|del|al|de) (?:desde|el|del|al)\b(?<!desde el)(?<!hasta el)(?<!en el))"
          r"|(?i:\b(?:on|since|until|from) (?:from|by|until|since)\b)",
          "desde de el 3; since from June", "desde el 3; hasta el 5; en el libro"),
    _slip("a feminine noun with a masculine participle", ("es",),
          rf"(?i:\b(?:{_FEMININE})) (?:(?:está|fue|quedó|es|aún|ya) )?(?:{_STEMS})o\b", "la decisión está aprobado",
          "la decisión está aprobada"),
    _slip("a masculine noun with a feminine participle", ("es",),
          rf"(?i:\b(?:{_MASCULINE})) (?:(?:está|fue|quedó|es|aún|ya) )?(?:{_STEMS})a\b", "el plan quedó cerrada",
          "el plan quedó cerrado"),
    _slip("a hole where words were to be", BOTH, r"[:;,] ?[.;,](?!\.)| [,;:](?!\w)|(?<!\.)\.\.(?!\.)|\( | \)|: \)",
          "Día límite: . Vale", "Día límite: mañana. Vale… sí; no"),
    _slip("English", ("es",), rf"(?i:\b(?:{_ENGLISH})\b)", "según the entry", "según el registro"),
    _slip("Spanish", ("en",), rf"(?i:(?<![\w/])(?:{_SPANISH})\b)", "the registro", "the entry"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Allowed:
    """A text that a page shows on purpose: on which pages, in which element, and why."""

    pages: str
    within: str
    text: str
    why: str


_ANY: Final = r".*"
ALLOWED: Final = (
    Allowed(_ANY, "code", r"[0-9a-f… ]+", "a hash, to be compared letter by letter"),
    Allowed(r"/(?:registros|entries)/\w+", "pre", _ANY, "how to check the entry by hand"),
    Allowed(r"/(?:registros|entries)/\w+/cit(?:ar|e)", "pre", _ANY, "BibTeX"),
    Allowed(r"/(?:registros|entries)/\w+/cit(?:ar|e)", "h2", "BibTeX", "its name"),
    Allowed(r"/(?:registros|entries)/\w+/(?:constancia|receipt)", "code", _ANY,
            "ledger, key and address of the receipt, as they are on paper"),
    Allowed(r"/(?:codigos|codes)", "code", r"E_[A-Z_]+", "the codes that programs answer, each with its meaning"),
    Allowed(_ANY, "code", r"E_(?:MALFORMED|PARAMETER|NOT_FOUND)", "the code of what this page refuses"),
    Allowed(r"/(?:ayuda|help)", "code", _ANY, "words to type"),
    Allowed(r"/(?:datos|data)(?:/\w+)?", "code", _ANY, "names of columns, as they are in the file"),
    Allowed(r"/(?:datos|data)/\w+", "caption", _ANY, "the name of the file"),
    Allowed(r"/(?:datos|data)", "li", _ANY, "names of formats, and addresses to type"),
    Allowed(r"/(?:integridad|integrity|verificar|verify)", "code", _ANY, "what to compare, and what to type"),
    Allowed(r"/(?:acerca|about)", "code", _ANY, "the ledger's origin, as checkpoints have it"),
    Allowed(r"/(?:pruebe|try)", "pre.report", _ANY, "the verifier's report, as it prints it"),
    Allowed(r"/(?:cambios|changes)", "p.soft", _ANY, "how a date is written in the form"),
    Allowed(_ANY, "div.doc", _ANY, "a document's own words, as its parties wrote it"),
    Allowed(r"/(?:firmar|sign)/.*", "div.doc read", _ANY, "the same, where it is read before it is signed"),
    Allowed(_ANY, "div.status bad", _ANY, "what is wrong with an address, in the words of the address"),
    Allowed(r"/(?:componentes|components)", "p", _ANY, "the names of the icons, for who makes pages"),
    Allowed(r"/(?:quejas|complaints)(?:/[\w-]+)?", "", r".*(?:folio|number) q-\d+.*",
            "the number of a protected complaint: all that may be said of it, and what its author knows it by"),
)  # fmt: skip


_ADDRESS: Final = re.compile(r"https?://\S+")  # a link that is shown so that it can be copied: no words to judge
# Names that are the same in both languages.
NAMES: Final = ("Transparencia para el Pueblo", "America/Mexico_City")


def slips(block: Block, lang: str) -> Sequence[str]:
    """Give the names of the slips of a text on a page in a language."""
    return _slips(block.text, block.lang.partition("-")[0] or lang)


@cache  # most texts of a page are on hundreds of others
def _slips(text: str, lang: str) -> Sequence[str]:
    text = _ADDRESS.sub("X", text)
    for name in NAMES:
        text = text.replace(name, "X")
    return [slip.name for slip in SLIPS if lang in slip.langs and slip.pattern.search(text)]


def is_allowed(block: Block, path: str) -> bool:
    """Tell whether a page shows a text on purpose."""
    section = re.sub(r"^/\w\w(?=/|$)", "", path.partition("?")[0])
    return any(
        re.fullmatch(allowed.pages, section)
        and (not allowed.within or allowed.within in block.within)
        and re.fullmatch(allowed.text, block.text)
        for allowed in ALLOWED
    )
