"""Signatures that a later compromise makes suspect, until they are affirmed: a note, no fault (SPEC §7, rule 8)."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from constancia.verify.core.authorship.directory import Directory
from constancia.verify.core.formats.entry import Entry

Signed = tuple[int, str]  # index and day


class Suspects:
    """Which entries each key signed, and which of them are suspect.

    Args:
        leaf_of: Gives the leaf hash at an index already passed; reaffirmations name entries by it.
    """

    def __init__(self, leaf_of: Callable[[int], bytes]) -> None:
        self.marked: dict[int, str] = {}
        self.signed: dict[str, list[Signed]] = defaultdict(list)
        self.signed_before: Callable[[str], Iterable[Signed]] = lambda _: ()  # as `signed`, from earlier runs
        self._leaf_of = leaf_of

    def take(self, entry: Entry, directory: Directory) -> None:
        """Take in an entry that has authority, after the directory."""
        body = entry.statement.body
        if entry.statement.type == "KeyCompromised":
            since = str(body["compromised_since"]).split("/")[0]
            first_day = "" if since == ".." else since
            # A coarser date is a prefix of its days, and sorts before all of them.
            for signed in (self.signed_before(body["key"]), self.signed[body["key"]]):
                self.marked.update({at: "suspect" for at, day in signed if day >= first_day})
        elif entry.statement.type == "SignatureReaffirmed":
            at = next((index for index in self.marked if self._leaf_of(index).hex() == body["target"]), None)
            if at is not None and body["verdict"] == "affirmed":
                del self.marked[at]
            elif at is not None:
                self.marked[at] = "disowned"
        if len(entry.signatures) == 1 and entry.signatures[0].key in directory.keys:
            self.signed[entry.signatures[0].key].append((entry.index, directory.day_of(entry.recorded_at) or ""))
