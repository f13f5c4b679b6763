"""The anchor files of a source, and their check against the list of digests."""

import hashlib
from dataclasses import dataclass, field

from constancia.ledger.timestamps.anchor_store import (
    INDEX_NAME,
    MAX_INDEX_BYTES,
    NOTE_NAME,
    parse_index_line,
    size_in,
)
from constancia.verify.core.errors import Unreadable
from constancia.verify.core.formats.note import MAX_NOTE_BYTES
from constancia.verify.report.findings import Findings
from constancia.verify.sources.files import Files
from constancia.verify.sources.layout import ANCHORS_NAME
from constancia.verify.sources.source import Source
from constancia.verify.sources.transit import is_html


@dataclass(slots=True, kw_only=True)
class AnchorFolder:
    """A folder of anchors.

    Args:
        files: The files that contain it.
        prefix: Of the paths there.
        label: Of the paths in a report.
        index: The list: SHA-256 in hex by path.
        paths: All anchors' files, of the list or of a listing of the folder.
        others: Files that are not anchors.
        malformed: The first malformed line of the list, with its number.
    """

    files: Files
    prefix: str
    label: str
    index: dict[str, str] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    malformed: tuple[int, str] | None = None

    def read(self, path: str, limit: int) -> bytes | None:
        """Return a file's bytes; None if there is none."""
        return self.files.read(self.prefix + path, limit)

    def by_size(self) -> dict[int, list[str]]:
        """Return the tokens' names for each size, both in order."""
        anchors: dict[int, list[str]] = {}
        for path in self.paths:
            name = path.partition("/")[2]
            anchors.setdefault(size_in(path) or 0, []).extend([name] if name != NOTE_NAME else [])
        return {size: sorted(names) for size, names in sorted(anchors.items())}

    def check_index(self, findings: Findings) -> None:
        """Compare the files with the list's digests. The caller reports missing files."""
        where = self.label + INDEX_NAME
        if self.malformed is not None:
            number, line = self.malformed
            findings.fault("time-index", None, f"{where}: line {number}", "SHA-256 and path", line, level="L5")
        for path, expected in sorted(self.index.items()):
            try:
                raw = self.read(path, MAX_NOTE_BYTES)
            except Unreadable as error:
                if error.code != "too-large":
                    raise
                continue  # a fault of its own, wherever it is read
            if raw and not is_html(raw) and hashlib.sha256(raw).hexdigest() != expected:
                found = hashlib.sha256(raw).digest()
                findings.fault("time-index", None, self.label + path, expected, found, level="L5")

    def load(self) -> "AnchorFolder":
        """Read the list, and list the folder if that is possible."""
        raw = self.read(INDEX_NAME, MAX_INDEX_BYTES) or b""
        for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), start=1):
            parsed = parse_index_line(line)
            if parsed is not None:
                self.index[parsed[1]] = parsed[0]
            elif self.malformed is None:
                self.malformed = (number, line)
        if not self.index and self.malformed is not None:
            # Some servers answer with a page instead of a 404. The list proves nothing anyway.
            self.others.append(self.label + INDEX_NAME)
            self.malformed = None
        names = [name[len(self.prefix) :] for name in self.files.names() or () if name.startswith(self.prefix)]
        self.paths = sorted({*self.index, *(name for name in names if size_in(name) is not None)})
        self.others += [self.label + name for name in names if size_in(name) is None and name != INDEX_NAME]
        return self


def places_of(source: Source) -> list[AnchorFolder]:
    """Return the anchor folders of a source: the one of the store, and the one of the published files.

    Raises:
        Unreadable: The source can't be read.
    """
    places = []
    if source.anchors is not None:
        places.append(AnchorFolder(files=source.anchors, prefix="", label=f"{ANCHORS_NAME}/").load())
    if source.published is not None:
        label = f"{ANCHORS_NAME}/" if source.store is None else f"log/{ANCHORS_NAME}/"
        places.append(AnchorFolder(files=source.published.files, prefix=f"{ANCHORS_NAME}/", label=label).load())
    return places
