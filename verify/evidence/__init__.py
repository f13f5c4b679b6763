"""Single files that prove something by themselves: a receipt, a contradiction.

May import: `core`, `sources`, `trust`.
"""
