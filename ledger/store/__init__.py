"""The event store: entries, chain and checkpoints in one transaction, bytes kept verbatim.

May import: `ledger.errors`.
"""
