"""Accelerators of an audit: the same results as the core, faster; optional.

May import: `core`. The core never imports them.
"""
