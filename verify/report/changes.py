"""Two versions of one statement, compared member by member, in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from constancia.verify.report.acts import Names, day_words, moment_words, party, word, words_of
from constancia.verify.report.words import CHANGES, MEMBERS

MAX_CHANGES: Final = 12
MAX_VALUE: Final = 160  # characters of a value in words
_NOTHING: Final = object()
# What identifies an object among others in a list, so that a member is named by its owner and not by its place.
_OWNERS: Final = ("milestone", "deliverable", "action", "decision", "agreement", "commitment", "plan")


def differences(old: object, new: object) -> list[tuple[tuple[str | int, ...], object, object]]:
    """Give the members in which two JSON values differ: path, old value, new value (`None` where there is none)."""
    return [
        (path, None if a is _NOTHING else a, None if b is _NOTHING else b) for path, a, b in _differing(old, new, ())
    ]


def _differing(old: object, new: object, path: tuple[str | int, ...]) -> Iterator[tuple[Any, object, object]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping) and len(path) < 20:
        for name in [*old, *(name for name in new if name not in old)]:
            yield from _differing(old.get(name, _NOTHING), new.get(name, _NOTHING), (*path, name))
    elif isinstance(old, list) and isinstance(new, list) and len(path) < 20:
        for at in range(max(len(old), len(new))):
            a, b = (items[at] if at < len(items) else _NOTHING for items in (old, new))
            yield from _differing(a, b, (*path, at))
    elif old != new or type(old) is not type(new):
        yield path, old, new


def change_words(old: Mapping[str, Any], new: Mapping[str, Any], lang: str, names: Names) -> list[str]:
    """Say member by member how two versions of one entry differ.

    Args:
        old: What was signed, an entry's JSON object.
        new: What it is now.
        lang: `es` or `en`.
        names: Names for identifiers.

    Returns:
        A line each, at most `MAX_CHANGES` and one that counts the rest. Of another statement altogether one line says
        so: in what two acts differ is no change of either.
    """
    ids = [_id_of(entry) for entry in (old, new)]
    if None not in ids and ids[0] != ids[1]:
        places = {"old": old.get("index"), "now": new.get("index")}
        return [CHANGES["another" if places["old"] == places["now"] else "moved"][lang].format(**places)]
    changes = differences(old, new)
    lines = [_line(change, (old, new), lang, names) for change in changes[:MAX_CHANGES]]
    rest = len(changes) - MAX_CHANGES
    return [*lines, CHANGES["more"][lang].format(count=rest)] if rest > 0 else lines


def _id_of(entry: Mapping[str, Any]) -> str | None:
    statement = entry.get("statement")
    name = statement.get("id") if isinstance(statement, Mapping) else None
    return name if isinstance(name, str) else None


def _line(change: tuple[Sequence[Any], object, object], roots: Sequence[object], lang: str, names: Names) -> str:
    path, old, new = change
    member = next((name for name in reversed(path) if isinstance(name, str) and name in MEMBERS), None)
    named = [str(step) for step in path if isinstance(step, str)]
    what = MEMBERS[member][lang] if member is not None else ".".join(named[-2:])
    owner = _owner(roots[0], path, lang, names) or _owner(roots[1], path, lang, names)
    if owner is not None:
        what = CHANGES["of"][lang].format(member=what, owner=owner)
    code = "added" if old is None else "removed" if new is None else "changed"
    shown = {"old": _value(old, named, lang, names), "new": _value(new, named, lang, names)}
    return CHANGES[code][lang].format(what=what, **shown)


def _owner(root: object, path: Sequence[Any], lang: str, names: Names) -> str | None:
    """Name the innermost object on a path that has a title or an identifier."""
    at: Any = root
    best: str | None = None
    commitment: object = None
    for step in path[:-1]:
        try:
            at = at[step]
        except (KeyError, IndexError, TypeError):
            return best
        if not isinstance(at, Mapping):
            continue
        commitment = at.get("commitment", commitment)
        kind = next((kind for kind in _OWNERS if isinstance(at.get(kind), str)), None)
        title = next((at[name] for name in ("title", "question") if name in at and name not in path), None)
        if title is None and kind is not None:
            title = names.of(kind, at[kind], commitment) or at[kind]
        if title is not None:
            best = f"«{words_of(title, lang)}»" if lang == "es" else f"“{words_of(title, lang)}”"
    return best


def _value(value: object, named: Sequence[str], lang: str, names: Names) -> str:
    last = named[-1] if named else ""
    if value is None:
        return CHANGES["nothing"][lang]
    if isinstance(value, str):
        if last == "party":
            text = party(value, lang, names)
        elif last.endswith("_at"):
            text = moment_words(value, lang)
        else:
            text = word(value, lang)
            text = day_words(value, lang) if text == value else text
    else:
        text = words_of(value, lang)
    text = text if len(text) <= MAX_VALUE else text[:MAX_VALUE] + "…"
    return f"«{text}»" if lang == "es" else f"“{text}”"
