"""The whole audit of a source: the pass over the entries, and the cross-checks of everything kept beside them.

May import: every other room of verify/.
"""
