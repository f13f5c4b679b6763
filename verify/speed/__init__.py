"""Accelerators of an audit: they give what the core gives, sooner, and can be left out.

May import: `core`. The core never imports them.
"""
