"""The page that tells an opening as one afternoon, read as a script: commands, questions with answers, files sent.

`python -m tests.e2e.opening_page` counts what is done on the page and writes the counts into it.
"""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
PAGES: Final = {"es": DOCS / "es" / "APERTURA.md", "en": DOCS / "OPENING.md"}
ENTER, SECRET, SCREEN, COMMAND, SENT = "⏎", "····", "» ", " $ constancia ", " → "
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_WORDS: Final = {
    "es": "Se escriben {command} comandos y {typed} respuestas; {enter} veces basta Enter, y {secret} veces se escribe "
    "una frase de paso. Viajan {sent} archivos, de cuatro clases. Ningún identificador se copia a mano. Todo junto, "
    "entre las tres instituciones.",
    "en": "{command} commands and {typed} answers are typed; {enter} times Enter is enough, and {secret} times a "
    "passphrase is typed. {sent} files travel, of four kinds. No identifier is copied by hand. All of it together, "
    "among the three institutions.",
}

Kind = Literal["command", "answer", "screen", "sent", "turn"]


@dataclass(frozen=True)
class Line:
    """One line of a block: what kind it is, at which terminal, and its parts.

    `text` is the command's arguments, the question, what the screen says, or the file; `more` the answer, or to whom.
    """

    kind: Kind
    terminal: str
    text: str = ""
    more: str = ""

    @property
    def machine(self) -> str:
        return self.terminal.partition(" ")[0]


def read_page(path: Path) -> list[Line]:
    """Give the lines of all blocks, in order."""
    lines: list[Line] = []
    blocks = _BLOCK.findall(path.read_text(encoding="utf-8"))
    for block in (block for language, block in blocks if not language):
        terminal = ""
        for text in block.splitlines():
            line = _line(text, terminal)
            terminal = line.terminal if line.kind != "sent" else terminal
            lines.append(line)
    return lines


def _line(text: str, terminal: str) -> Line:
    if COMMAND in text:
        name, _, arguments = text.partition(COMMAND)
        return Line("command", name, arguments)
    if text.startswith(SCREEN):
        return Line("screen", terminal, text.removeprefix(SCREEN))
    if SENT in text:
        sender, _, rest = text.partition(SENT)
        receivers, _, file = rest.partition(": ")
        return Line("sent", sender, file, receivers)
    question, colon, answer = text.rpartition(": ")
    return Line("answer", terminal, question, answer) if colon else Line("turn", text)


def counts(lines: list[Line]) -> Counter[str]:
    """Count commands, answers by what is typed, and files that travel to another machine."""
    counted: Counter[str] = Counter()
    for line in lines:
        if line.kind == "command":
            counted["command"] += 1
        elif line.kind == "answer":
            counted[{ENTER: "enter", SECRET: "secret"}.get(line.more, "typed")] += 1
        elif line.kind == "sent":
            counted["sent"] += len([name for name in line.more.split(", ") if name != line.terminal])
    return counted


def counted_words(lang: str) -> str:
    """Give the sentence with the counts of a page."""
    return _WORDS[lang].format(**counts(read_page(PAGES[lang])))


def main() -> None:
    for lang, path in PAGES.items():
        before, mark, rest = re.split(r"(<!-- (?:cuenta|count) -->\n)", path.read_text(encoding="utf-8"), maxsplit=1)
        after = rest[rest.index("<!-- /") :]
        path.write_text(f"{before}{mark}{counted_words(lang)}\n{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
