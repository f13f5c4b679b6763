"""What things are called on a page: the title of what a stream names, with a link where a page shows it."""

from collections.abc import Callable, Mapping
from typing import Final

from markupsafe import Markup

from constancia.api.pages.frame.marked_text import marked, marked_message
from constancia.api.text.i18n import quoted, tr
from constancia.domain.naming import name_of
from constancia.domain.sentences import party_name
from constancia.domain.state import State

# Parts of a commitment, as duties name them (`commitment/rm#milestones/m1`) → the member that names such a part.
_PARTS: Final[Mapping[str, str]] = {"deliverables": "deliverable", "milestones": "milestone"}
_MEMBERS: Final[Mapping[str, str]] = {"governance": "governance_body"}


def matter_words(stream: str, state: State, lang: str, page_of: Callable[[str], str | None]) -> Markup:
    """Give what a stream, or a part of a commitment, is called.

    Args:
        stream: Such as `commitment/rm`, `duty/o1`, `commitment/rm#milestones/m1`, `commitment/rm#roles/consultant`.
        state: The state that knows the titles.
        lang: The page's language.
        page_of: Gives the address of a stream's page; None where none shows it.

    Returns:
        HTML: the title, linked where it has a page; "another matter" where the state knows no title.
    """
    whole, _, part = stream.partition("#")
    title = _title(whole, state, lang)
    address = page_of(whole)
    linked = title if address is None else Markup('<a href="{}">{}</a>').format(address, title)
    if not part:
        return linked
    kind, _, name = part.partition("/")
    body = {"commitment": whole.partition("/")[2]}
    called = name_of(_PARTS.get(kind, ""), name, body, state)
    own = quoted(marked(called.title, lang, state.languages), lang) if called else _role(name, lang)
    return Markup(marked_message(lang, "page.part_of", part=own, whole=linked))  # noqa: S704 - its parts are escaped


def _title(stream: str, state: State, lang: str) -> Markup:
    kind, _, name = stream.partition("/")
    if kind == "party":
        return marked(party_name(name, state), lang, state.languages)
    commitment, _, inner = name.partition(".")
    member, value = (kind, inner) if kind == "deliverable" else (_MEMBERS.get(kind, kind), name)
    called = name_of(member, value, {"commitment": commitment}, state)
    if called is None:
        return Markup.escape(tr(lang, "page.matter_other"))
    return quoted(marked(called.title, lang, state.languages), lang)


def _role(name: str, lang: str) -> Markup:
    word = tr(lang, f"word.{name}")
    return Markup.escape(name.replace("-", " ").replace("_", " ") if word == f"word.{name}" else word)
