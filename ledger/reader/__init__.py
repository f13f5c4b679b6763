"""Reading the log: entries, proofs, tiles, receipts, and the state at any size.

May import: `snapshots`, `append`, `store`, `wire`.
"""
