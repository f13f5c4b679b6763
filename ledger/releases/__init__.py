"""Releases of this program: each file's digest attested, and recorded in a transparency log that only grows.

May import: `keys`, `disk`, `wire`, `witnesses.protocol`.
"""
