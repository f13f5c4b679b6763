"""Opening a ledger among parties on several machines: the files that go between them, each checked when it is read.

May import: `witnesses`, `folder`, `signatory`, `keys`.
"""
