"""Write the sentences of all acts, in Spanish and English, where the verifier can read them without the catalogues.

    make acts                               writes verify/report/acts.txt
    python tools/docs/act_words.py --check       compares it with the catalogues

The verifier needs nothing but `cryptography`, so it cannot read gettext catalogues. Both verifiers read this table:
Python as it is, and the page as `tools/build_verifier_page.py` packs it.
"""

import io
import re
import sys
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from babel.messages.pofile import read_po

from constancia.api.text.i18n import _DATES, _WORDS, LANGUAGES, catalogue, catalogue_texts
from constancia.domain.catalogue import REGISTRY
from constancia.domain.identity.vocabulary import DEFAULT_CAPACITIES, NEVER_APPOINTED
from constancia.domain.sentences import _LISTS_OF_PARTIES, VARIANTS

TABLE: Final = Path(__file__).resolve().parents[2] / "verify" / "report" / "acts.txt"
_PARAMETER: Final = re.compile(r"%\((\w+)\)s")
_ACT, _WORD = "act.", "word."


def table() -> str:
    """Give the table: how parameters are read, a sentence a move (`type|es|en`), and words (`.word|es|en`).

    Returns:
        Lines of three columns, the same for the same catalogues.

    Raises:
        ValueError: A sentence holds a character that the table or the page cannot carry.

    Source: ours.
    """
    moves = sorted(f"{name} {cls.MOVES_BY}" for name, cls in REGISTRY.items() if cls.MOVES_BY is not None)
    settings = {
        "!dates": sorted(_DATES), "!words": sorted(_WORDS), "!parties": sorted({"against", *_LISTS_OF_PARTIES}),
        "!moves": moves, "!variants": sorted(" ".join((name, *how)) for name, how in VARIANTS.items()),
    }  # fmt: skip
    rows = [f"{name}|{','.join(items)}|" for name, items in settings.items()]
    messages = {lang: catalogue(lang) for lang in LANGUAGES}
    texts = catalogue_texts("es").values()
    ids = sorted({str(message.id) for text in texts for message in read_po(io.BytesIO(text)) if message.id})
    words = choices()
    for msgid in ids:
        if msgid.startswith(_ACT) or (msgid.startswith(_WORD) and msgid.removeprefix(_WORD) in words):
            name = msgid.removeprefix(_ACT) if msgid.startswith(_ACT) else "." + msgid.removeprefix(_WORD)
            rows.append("|".join((name, *(_plain(messages[lang].gettext(msgid)) for lang in LANGUAGES))))
    return "".join(f"{row}\n" for row in rows)


def choices() -> set[str]:
    """Give every word that the body of an act may have where a choice is asked for, and every capacity."""
    chosen: set[str] = set(NEVER_APPOINTED)
    known: set[object] = set()
    waiting: list[Any] = list(REGISTRY.values())
    while waiting:
        at = waiting.pop()
        if get_origin(at) is Literal:
            chosen.update(word for word in get_args(at) if isinstance(word, str))
        elif isinstance(at, type) and at.__module__.startswith("constancia.domain") and at not in known:
            known.add(at)
            waiting += get_type_hints(at, include_extras=True).values()
        else:
            waiting += [*get_args(at), *(getattr(at, "__metadata__", ()))]
    return chosen.union(DEFAULT_CAPACITIES)


def _plain(text: str) -> str:
    """Write parameters as `{name}`.

    Raises:
        ValueError: The text holds what would end a column, a row or the page's table.
    """
    plain = _PARAMETER.sub(lambda match: f"{{{match[1]}}}", text).replace("%%", "%")
    if set(plain) & set("|\n`\\"):
        raise ValueError(f"the table can't carry: {plain}")
    return plain


def main() -> None:
    """Write the table; with `--check` compare it with the file."""
    made = table()
    if "--check" not in sys.argv[1:]:
        TABLE.write_text(made, encoding="utf-8")
    elif TABLE.read_text(encoding="utf-8") != made:
        sys.exit(f"{TABLE} is not what the catalogues give: run `make acts`")


if __name__ == "__main__":
    main()
