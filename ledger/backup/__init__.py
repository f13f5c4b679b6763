"""A whole ledger: copied, restored, put in another one's place, or moved between its folder and a database.

May import: `belongings`, `witnesses`, `folder`, `store`, `disk`.
"""
