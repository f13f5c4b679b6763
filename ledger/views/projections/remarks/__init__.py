"""Rows of what was said of entries and matters: remarks, allegations, corrections, complaints, statements.

May import: `base`.
"""
