"""Both sides of witnessing: collecting and storing cosignatures, and being a witness.

May import: `reader`, `append`, `folder`, `keys`, `store`, `disk`.
"""
