"""Follow a log's new entries over http(s), and believe none that the log's signed tree does not prove.

    python examples/follow_entries.py ADDRESS TRUST MEMORY [ROUNDS]

MEMORY is a file with the last checkpoint that was verified; it is made where it is missing. Each round checks the
served checkpoint's signature and quorum against TRUST and reads the entries. Their leaf hashes must give the root of
the last checkpoint at its size, so that the log goes on from what was seen, and the root of the new one. Only then are
new entries printed; `verify_bundle.py` checks who signed them. Exit code 1: the log contradicts what it signed.
"""

import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from constancia import verify

PAUSE_S = 5.0


class Contradiction(Exception):
    """The log does not go on from the last checkpoint, or its entries do not give the root that it signed."""


def new_entries(source: verify.Source, policy: verify.Policy, tree: verify.Tree, memory: Path) -> Iterator[bytes]:
    """Give the entries that were appended since the last checkpoint, proved; then remember the new one.

    Args:
        source: The log, at its address.
        policy: Whose signatures count.
        tree: The leaf hashes read in earlier rounds; it takes in the new ones.
        memory: The file with the last checkpoint that was verified.

    Raises:
        Contradiction: See there; or `Malformed`, where a checkpoint is not signed by the log's key.
        Unreadable: The log can't be read, or not all of it; the next round may succeed.
    """
    last = verify.open_with_policy(memory.read_bytes(), policy).checkpoint if memory.exists() else None
    if source.published is None or (note := source.published.checkpoint()) is None:
        raise verify.Unreadable("checkpoint", source.location, "there is none")
    opened = verify.open_with_policy(note, policy)
    now, old_size, read = opened.checkpoint, last.size if last else 0, tree.size
    if not opened.witnessed:
        return  # its witnesses have not answered yet: the next round will see
    if now.size < old_size:
        raise Contradiction(f"{now.size} entries, after a checkpoint of {old_size}")
    added = list(islice(source.entries(read), now.size - read))
    tree.extend(verify.hash_leaf(entry) for entry in added)
    if tree.size < now.size:
        tree.truncate(read)
        raise verify.Unreadable("entries", source.location, f"{read + len(added)} of {now.size}")
    if tree.root() != now.root or (last and tree.root(last.size) != last.root):
        raise Contradiction(f"the entries do not give the roots signed at {old_size} and {now.size}")
    yield from added[max(0, old_size - read) :]
    memory.with_suffix(".new").write_bytes(note)
    memory.with_suffix(".new").replace(memory)


def main(arguments: list[str]) -> int:
    """Print new entries round by round, without end unless ROUNDS says how many; give the exit code."""
    address, trust, memory, *rounds = arguments
    policy, tree, left = verify.load_trust(Path(trust)).policy, verify.Tree(), int(rounds[0]) if rounds else -1
    while left:
        try:
            with verify.open_source(address) as source:
                for entry in map(verify.parse_entry, new_entries(source, policy, tree, Path(memory))):
                    print(entry.index, entry.recorded_at, entry.statement.type, entry.statement.stream, flush=True)
        except (Contradiction, verify.Malformed) as error:
            print(f"STOP: {error}", file=sys.stderr)
            return 1
        except verify.Unreadable as error:
            print(f"again in {PAUSE_S:.0f} s: {error}", file=sys.stderr)
        left -= 1
        time.sleep(PAUSE_S if left else 0)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
