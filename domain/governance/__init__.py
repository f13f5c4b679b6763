"""Bodies, their rules and seats, and the decisions that they take.

May import: `values`, `kernel`, `identity`.
"""
