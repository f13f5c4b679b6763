"""The event store: entries, chain and checkpoints in one transaction, bytes stored verbatim.

May import: `disk`.
"""
