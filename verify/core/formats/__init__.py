"""One format a module: bytes in, checked values out, and the other way round. Each names its specification.

May import: `errors`, and one another.
"""
