"""Words that look as if they were written in one alphabet and are not: «ΝΟSC» with Greek letters is not «NOSC».

A signature binds characters and not their looks, so nothing of this is refused; what looks alike is marked where a
person reads it.
"""

import re
import unicodedata
from typing import Final

# Blocks in which letters that look like Latin ones are: without any of them nothing more has to be asked.
_FURTHER: Final = re.compile(r"[ĲĳſǇ-ǌǱ-ǳʰ-ˤͰ-ᶿⁱⁿₐ-ₜ℀-ↈⰀ-퟿豈-�\U00010280-\U0010ffff]")
_USUAL: Final = "ªºﬀﬁﬂﬃﬄﬅﬆ"  # ordinals of Spanish, and ligatures of typesetting, which come with a text from a PDF
_WIDE: Final = re.compile(r"[Ａ-Ｚａ-ｚ]+")  # the same letters, as they are written between Chinese characters
_WORD: Final = re.compile(r"[^\W\d_]+")
# Languages written in an alphabet that shares shapes with the Latin one: their words are what they look like.
_OTHER_ALPHABETS: Final = frozenset({"ab", "be", "bg", "chr", "cop", "el", "hy", "ka", "kk", "mk", "ru", "sr", "uk"})


def lookalikes(text: str, lang: str | None = None) -> frozenset[str]:
    """Find the words of a text that mix the Latin alphabet with another one, or look Latin and are not.

    Args:
        text: Any text.
        lang: Its language as a BCP 47 tag, where it is known.

    Returns:
        The words, as they are written.

    Source: Unicode Technical Standard 39, by the data of `confusable-homoglyphs`.
    """
    if not _FURTHER.search(text):
        return frozenset()
    is_theirs = lang is not None and lang.partition("-")[0] in _OTHER_ALPHABETS
    return frozenset(word for word in set(_WORD.findall(text)) if _FURTHER.search(word) and _misleads(word, is_theirs))


def _misleads(word: str, is_theirs: bool) -> bool:
    from confusable_homoglyphs import categories, confusables  # noqa: PLC0415 - a megabyte that hardly any text needs

    if len(word) > 1 and any(map(_is_disguised, word)) and not _WIDE.fullmatch(word):
        return True
    alphabets = categories.unique_aliases(word)
    alike = confusables.is_confusable(word, greedy=True, preferred_aliases=["latin"]) or ()
    latin = {each["character"] for each in alike if any(_is_plain(form["c"]) for form in each["homoglyphs"])}
    foreign = {letter for letter in word if categories.alias(letter) not in ("LATIN", "COMMON", "INHERITED")}
    if "LATIN" in alphabets:
        return bool(foreign & latin)
    return not is_theirs and len(word) > 1 and foreign <= latin


def _is_disguised(letter: str) -> bool:
    """Whether it is another form of plain letters, such as a Roman numeral or a letter of formulas (Unicode, NFKC)."""
    return not letter.isascii() and letter not in _USUAL and _is_plain(unicodedata.normalize("NFKC", letter))


def _is_plain(letters: str) -> bool:
    """Whether it is a letter that Spanish is written with: the data also lists small capitals and phonetics."""
    return letters.isascii() and letters.isalpha()
