"""A user's side of the network: another ledger by HTTP, and what this user has pinned.

May import: `text`.
"""
