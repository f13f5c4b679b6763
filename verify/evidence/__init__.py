"""Self-contained proofs in one file: a receipt, a contradiction.

May import: `core`, `wire`, `report`, `sources`, `trust`.
"""
