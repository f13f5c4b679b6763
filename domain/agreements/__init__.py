"""Texts that parties sign, version by version.

May import: `values`, `kernel`, `identity`, `governance`.
"""
