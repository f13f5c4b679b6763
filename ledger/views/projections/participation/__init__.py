"""Rows of who was heard: gatherings, contributions as they were counted, and the answers to them.

May import: `base`.
"""
