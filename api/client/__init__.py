"""The user's side: a remote ledger over HTTP, and the trust anchors that this user pinned.

May import: `text`.
"""
