"""Run by another interpreter, with aics-tlog: reads a log as a stranger would, and says what it found as JSON.

Arguments: the log's address or folder, its verifier key, the verifier keys of witnesses.
"""

import json
import sys

from aics_tlog import (
    FileSystemTileReader,
    HttpTileReader,
    VerifiedTileReader,
    audit_tiles,
    consistency_proof_from_tiles,
    inclusion_proof_from_tiles,
    parse_checkpoint,
    parse_note,
    parse_vkey,
    read_entry,
    tree_root_from_tiles,
    verify_checkpoint,
    verify_consistency,
    verify_leaf_inclusion,
)


def main(place: str, log_key: str, *witness_keys: str) -> dict[str, object]:
    """Read the whole log; gives what was proved."""
    if place.startswith("http"):
        reader = HttpTileReader(place, proxies={})
        raw = reader.read_checkpoint()
    else:
        reader = FileSystemTileReader(place)
        with open(f"{place}/checkpoint", "rb") as file:  # noqa: PTH123
            raw = file.read()
    key, witnesses = parse_vkey(log_key), [parse_vkey(one) for one in witness_keys]
    opened = verify_checkpoint(parse_note(raw), key, witnesses, len(witnesses), expected_origin=key.name)
    if not opened.ok:
        raise SystemExit(f"checkpoint: {opened.error}")
    head = parse_checkpoint(parse_note(raw).text)
    size, root = head.size, head.root
    audited = audit_tiles(reader, size, root)
    proven = VerifiedTileReader(reader, size, root)
    included = 0
    for index in range(size):
        entry = read_entry(proven, index, size)
        proof = inclusion_proof_from_tiles(proven, index, size)
        included += verify_leaf_inclusion(entry, index, size, proof, root)
    older = sorted({1, 2, size // 3, size // 2, size - 1, 255, 256, 257} & set(range(1, size)))
    roots = {old: tree_root_from_tiles(proven, old, size) for old in older}
    extended = sum(
        verify_consistency(old, size, roots[old], root, consistency_proof_from_tiles(proven, old, size))
        for old in older
    )
    return {
        "origin": head.origin, "size": size, "root": root.hex(), "included": included, "witnesses": len(witnesses),
        "roots": {str(old): found.hex() for old, found in roots.items()}, "extended": extended,
        "tiles": audited.tiles, "bundles": audited.bundles,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
