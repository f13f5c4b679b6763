"""Build the single-file HTML verifier from its readable source, `verify/page/`.

    make page                                           writes verify/verificador.html
    python tools/build_verifier_page.py --check [FILE]  compares it, or FILE, with the source

It is a tool of development, not of the package: it needs `constancia` installed and the minifier of the `dev` extra.

- G2: the page is reproducible from its source, byte for byte: anybody can build it and compare.
- G3: the names of the source's functions, classes, constants and members stay, each function at the beginning of a
  line; comments and spaces go, and names within a function become short.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import minify

from constancia.ledger.publication.verifier_page import PAGE_NAME, sealed
from constancia.verify.report.acts import TABLE
from constancia.verify.report.kinds import KINDS, MAGIC, OBJECTS, PACKED
from constancia.verify.report.words import (
    CHANGED,
    CHANGES,
    FAULTS,
    LAY,
    MEMBERS,
    NOT_IN_A_PAGE,
    REMARKS,
    SEEN,
    TECHNICAL,
    Words,
)

_STYLE: Final = re.compile(r'<link rel="stylesheet" href="([a-z]+\.css)">')
_SCRIPTS: Final = re.compile(r'(?:<script src="[a-z0-9]+\.js"></script>\n)+')
_FROM_TABLES: Final = re.compile(r'SIGNS="",PHRASES=\[\].*(?=</script>)', re.DOTALL)
_TABLE: Final = re.compile(r"(?<=words\(`)[^`]*(?=`\))")
# Those of them that the tables do not use are free.
_SIGNS = "!#%&*+/6789=>?@KMQXZ[]^~ÀÂÃÄÅÆÇÈÊËÌÎÏÐÒÔÕÖØÙÛÜÝÞßàâãäåæçèêëìîïðòôõöøùûüýþÿ"
_SIGNS += "".join(map(chr, range(0x100, 0x250)))
_NEARLY, _AT_ONCE, _LEAST = 0.8, 12, 4
_UNFIT: Final = frozenset('\0\n|{}"\\')  # in a phrase
_LINE: Final = 380
_ROWS: Final = re.compile(r"^@([A-Za-z0-9-]+)\n", re.MULTILINE)
_BREAKS: Final = ";,{}"


def built(source: Path) -> str:
    """Return the page that a source folder makes.

    Args:
        source: Folder with `page.html` and the style and scripts that it names, which run in that order as one.

    Returns:
        The page, with its policy.

    Raises:
        ValueError: A file does not parse, or the page has not one policy, one style and one script.

    Source: ours.
    """
    return sealed(_FROM_TABLES.sub(lambda match: _with_phrases(match[0]), unpacked(source)))


def unpacked(source: Path) -> str:
    """Return the page as it is before phrases of its tables are written once; to find those takes seconds.

    Args:
        source: As `built` takes it.

    Returns:
        The page, whose policy is that of its source.

    Raises:
        ValueError: A file does not parse.

    Source: ours.
    """
    html = (source / "page.html").read_text(encoding="utf-8")
    html = _STYLE.sub(lambda match: f"<style>\n{_style(source, match[1])}\n</style>", html)
    return _SCRIPTS.sub(lambda match: f"<script>\n{_script(source, match[0])}</script>\n", html)


def _with_phrases(script: str) -> str:
    """Write the phrases that come most often in the tables of words once, and in the tables a sign for each.

    A phrase may hold the signs of those before it.
    """
    tables: list[str] = _TABLE.findall(script)
    text = "\0".join(tables)
    signs = "".join(sign for sign in _SIGNS if sign not in text)
    phrases: list[str] = []
    while len(phrases) < len(signs):
        ranked = sorted(((_saved(phrase, count + 1, ""), phrase) for phrase, count in _repeated(text)), reverse=True)
        least, used = 0.0, len(phrases)
        for bound, phrase in ranked:
            # Those that still save nearly as much as the best of this count are taken before all is counted again.
            sign = signs[len(phrases)]
            saved = _saved(phrase, text.count(phrase), sign)[0]
            least = max(least, saved * _NEARLY)
            if bound[0] < max(least, _LEAST) or len(phrases) - used == _AT_ONCE:
                break
            if saved >= max(least, _LEAST):
                phrases.append(phrase)
                text = text.replace(phrase, sign)
                if len(phrases) == len(signs):
                    break
        if len(phrases) == used:
            break
    signs = signs[: len(phrases)]
    for long, short in zip(tables, text.split("\0"), strict=True):
        script = script.replace(long, short)
    return script.replace(
        'SIGNS="",PHRASES=[]', f'SIGNS={_in_lines(signs)},\nPHRASES=({_in_lines("|".join(phrases))}).split("|")'
    )


def _in_lines(text: str) -> str:
    """Write a long string as a sum of short ones."""
    return "\n+".join(f'"{line}"' for line in re.findall(rf".{{1,{_LINE - 90}}}", text))


def _repeated(text: str) -> Iterator[tuple[str, int]]:
    """Yield the phrases of 2 to 25 letters that come more than twice, and how often they come."""
    places: Sequence[int] = range(len(text))
    for size in range(1, 26):
        there = [at for at in places if at < len(text) - size and text[at + size - 1] not in _UNFIT]
        read = [text[at : at + size] for at in there]
        repeated = {phrase: count for phrase, count in Counter(read).items() if count > 2}
        # What is longer comes no more often than what it begins with.
        places = [at for at, phrase in zip(there, read, strict=True) if phrase in repeated]
        if size > 1:
            yield from repeated.items()


def _saved(phrase: str, count: int, sign: str) -> tuple[int, str]:
    """Give how many bytes a phrase saves; the phrase decides between equals."""
    return (len(phrase.encode()) - len(sign.encode())) * count - len(phrase.encode()), phrase


def _read(source: Path, name: str) -> str:
    return _ROWS.sub(lambda match: _rows(match[1]), (source / name).read_text(encoding="utf-8"))


def _rows(code: str) -> str:
    """Give rows of the page's words from the tables that both verifiers have; `SEEN` is all that may be seen of a file.

    Raises:
        KeyError: No table has that code.
    """
    if code in _WHOLE:
        return _WHOLE[code]()
    words = {**FAULTS, **REMARKS}
    codes = [each for each in SEEN if each not in NOT_IN_A_PAGE] if code == "SEEN" else [code]
    return "".join(f"{row}|{words[row]['es']}|{words[row]['en']}\n" for row in codes)


def _of(table: Words) -> str:
    return "".join(f"{row}|{words['es']}|{words['en']}\n" for row, words in table.items())


def _lines(table: str) -> str:
    return "".join(f"{line.strip()}\n" for line in table.strip().splitlines())


def _lay() -> str:
    """Give the sentences of a lay report, and which codes are technical, or say that an entry itself changed."""
    sets = (("!technical", TECHNICAL), ("!changed", CHANGED))
    said_here = _of({row: words for row, words in LAY.items() if row not in _OF_COMMANDS})
    return said_here + "".join(f"{name}|{','.join(sorted(codes))}|\n" for name, codes in sets)


# Sentences about what the page does not do: it asks no address, judges no law, compares no data and reads no anchor.
_OF_COMMANDS: Final = frozenset({"anchors", "detail", "moves", "shown-by-oneself", "shown-served", "shown-stored"})
# Tables that the page has as a whole.
_WHOLE: Final[Mapping[str, Callable[[], str]]] = {
    "ACTS": lambda: TABLE.read_text(encoding="utf-8"),
    "CHANGES": lambda: _of(CHANGES),
    "KINDS": lambda: _of(KINDS),
    "LAY": _lay,
    "MAGIC": lambda: _lines(MAGIC),
    "MEMBERS": lambda: _of(MEMBERS),
    "OBJECTS": lambda: _lines(OBJECTS),
    "PACKED": lambda: _lines(PACKED),
}


def _style(source: Path, name: str) -> str:
    """Format the style: one line per rule."""
    return re.sub("}(?=[^}])", "}\n", _minified("text/css", _read(source, name)))


def _script(source: Path, tags: str) -> str:
    """Format the scripts: one line per paragraph, or more if it is long."""
    paragraphs = [
        paragraph
        for name in re.findall(r'src="([^"]+)"', tags)
        for paragraph in re.split(r"\n\n(?=\S)", _read(source, name).strip())
    ]
    # Fewer bytes; safe as long as the source never assigns to a constant.
    small = (re.sub(r"\bconst(?=[ {\[])", "let", _minified("application/javascript", text)) for text in paragraphs)
    return "".join(f"{_wrapped(paragraph)}\n" for paragraph in small if paragraph)


def _minified(kind: str, text: str) -> str:
    return str(minify.string(kind, text)).strip()


def _wrapped(script: str) -> str:
    """Break long lines without changing the code: minified again, both must be equal."""
    lines: list[str] = []
    rest, same = script, _minified("application/javascript", script)
    while len(rest) > _LINE:
        cut = max(rest.rfind(mark, 0, _LINE) for mark in _BREAKS) + 1
        while cut and not _gives("\n".join([*lines, rest[:cut], rest[cut:]]), same):
            cut = max(rest.rfind(mark, 0, cut - 1) for mark in _BREAKS) + 1
        if not cut:
            break
        lines.append(rest[:cut])
        rest = rest[cut:]
    return "\n".join([*lines, rest])


def _gives(script: str, small: str) -> bool:
    try:
        return _minified("application/javascript", script) == small
    except ValueError:
        return False


def main() -> None:
    """Write the page from its source; with `--check` compare, with a path that file instead."""
    paths = [argument for argument in sys.argv[1:] if argument != "--check"]
    verify = Path(__file__).resolve().parents[1] / "verify"
    path, page = Path(paths[0]) if paths else verify / PAGE_NAME, built(verify / "page").encode()
    if "--check" not in sys.argv[1:]:
        path.write_bytes(page)
    elif path.read_bytes() != page:
        sys.exit(f"{path} is not what {verify / 'page'} gives")


if __name__ == "__main__":
    main()
