"""The exceptions of this floor. A fault found by an audit is data in a report, never an exception."""


class Malformed(ValueError):
    """Bytes break the format that they claim to have.

    Args:
        code: Stable slug, such as `not-canonical`.
        where: The place within the object, such as `statement.seen.size`.
        expected: What the rule asks for, in words.
        found: The actual value, shortened.
    """

    def __init__(self, code: str, where: str, expected: str, found: object = "") -> None:
        self.code, self.where, self.expected = code, where, expected
        self.found = str(found)[:200]
        super().__init__(one_line(f"{where}: expected {expected}, found {self.found or 'nothing'} [{code}]"))


def must(holds: object, code: str, where: str, expected: str, found: object = "") -> None:
    """Raise `Malformed` with these arguments unless something holds."""
    if not holds:
        raise Malformed(code, where, expected, found)


class Unsupported(Exception):
    """A scheme is in the specification but this platform's library has no code for it."""


class Unreadable(Exception):
    """The source can't be had or read at all (exit code 3).

    Args:
        code: Stable slug, such as `zip-bomb`; those of `words.SEEN` say what was seen of a file.
        where: The file, member or address concerned.
        detail: What was wrong, in words.
    """

    def __init__(self, code: str, where: str, detail: str) -> None:
        self.code, self.where, self.detail = code, where, detail
        super().__init__(one_line(f"{where}: {detail} [{code}]"))


def one_line(text: str) -> str:
    """Escape control characters and what is invisible or changes the direction of writing: errors are shown."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text[:2_000])
