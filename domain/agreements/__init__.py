"""Texts that parties sign, version by version.

May import: `kernel`, `identity`, `governance`.
"""
