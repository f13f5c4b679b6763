"""The audit of a source: the pass over the entries, and the cross-checks of everything else in the source.

May import: every other room of verify/.
"""
