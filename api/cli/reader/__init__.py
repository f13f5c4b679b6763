"""Commands for readers of a ledger: entries, the state, receipts, exports, refused attempts, the demonstration.

May import: `source_options`, `terminal`.
Of other rooms of the interface: what `api.cli` may import.
"""
