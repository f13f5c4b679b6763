"""Checks of what a source has besides the entries: checkpoints, cosignatures, documents, tiles, the store, times.

May import: `entry_pass`, `seen_history`.
"""
