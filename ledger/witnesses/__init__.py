"""Both sides of witnessing: collecting and storing cosignatures, and being a witness.

May import: `reader`, `keys`, `disk`, `store`.
"""
