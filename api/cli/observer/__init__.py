"""Commands of who watches a log of others without pause: witness, monitor, mirror.

May import: `opening`, `terminal`.
Of other rooms of the interface: what `api.cli` may import.
"""
