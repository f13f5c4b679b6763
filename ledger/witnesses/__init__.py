"""Both sides of a witness: asking for cosignatures and keeping them, and being one.

May import: `reader`, `keys`, `disk`, `store`.
"""
