"""Rows of what was agreed: texts and their signatures, commitments and what they depend on, plans, what is overdue.

May import: `base`, `remarks`.
"""
