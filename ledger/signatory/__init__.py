"""A signatory's work on its own machine: draft, sign, remember the last checkpoint that was verified.

May import: `keys`, `disk`.
"""
