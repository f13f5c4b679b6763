"""Languages of texts: tags (BCP 47), and which language of a text is shown.

- N1: a text is shown in the reader's language, else in the ledger's first authentic language, else in any that it has.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

# The languages of a ledger whose genesis names none.
DEFAULT_LANGUAGES: Final = ("es",)
FORMER_LANGUAGES: Final = ("es", "en")  # the only ones that a text has in editions 1 and 2, Spanish always
TAG_CHARACTERS: Final = 35  # RFC 5646 §4.4.1

# The grammar of `langtag` in small letters, with two limits: the primary subtag has two or three letters (all that ISO
# 639 assigns), and neither grandfathered nor merely private tags are taken.
_TAG: Final = re.compile(
    r"[a-z]{2,3}(?:-[a-z]{3}){0,3}"  # language, extended
    r"(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"  # script, region
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"  # variants
    r"(?:-[0-9a-wyz](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?\Z",  # extensions, private use
    re.ASCII,
)


@lru_cache(maxsize=1_024)
def is_language_tag(tag: str) -> bool:
    """Tell whether a tag is well-formed, and written in small letters: `pt`, `pt-br`, `zh-hant`, `es-419`.

    Source: RFC 5646 §2.1: the grammar; letters mean the same in either case. Ours: small letters only, so that a
    language has one tag.
    """
    return len(tag) <= TAG_CHARACTERS and _TAG.match(tag) is not None


def language_shown(tags: Sequence[str], lang: str, authentic: Sequence[str] = DEFAULT_LANGUAGES) -> str:
    """Choose the language in which a text is shown.

    Args:
        tags: The languages that it has, one at least.
        lang: The reader's language.
        authentic: The ledger's languages.

    Returns:
        The tag: the reader's language or a variety of it, else the first authentic language that it has, else the
        first of all.

    Source: RFC 4647 §3.3.1 (basic filtering: `es` covers `es-mx`).
    """
    ordered = sorted(tags)
    for wanted in (lang, *authentic):
        for tag in ordered:
            if tag == wanted or tag.startswith(f"{wanted}-"):
                return tag
    return ordered[0]


def member_of(tag: str) -> str:
    """Give the name of a tag's member in JSON, where a name holds no hyphen (SPEC §1): `pt_br` for `pt-br`."""
    return tag.replace("-", "_")


def tag_of(member: str) -> str | None:
    """Give the tag that a member's name is written for; None where it is no tag's."""
    tag = member.replace("_", "-")
    return tag if "-" not in member and is_language_tag(tag) else None


def is_text(value: object) -> bool:
    """Tell whether a JSON value is a text by language: an object whose members are all texts under language tags."""
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(tag_of(name) is not None and isinstance(text, str) for name, text in value.items())
    )
