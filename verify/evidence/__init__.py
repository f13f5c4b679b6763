"""Self-contained proofs in one file: a receipt, a contradiction.

May import: `core`, `sources`, `trust`.
"""
