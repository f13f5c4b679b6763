"""Remarks on an entry or a matter, which change neither: corrections, allegations.

May import: every other aggregate.
"""
