"""Commands for an observer, who watches somebody else's log all the time: witness, monitor, mirror.

May import: `opening`, `terminal`.
Of other rooms of the interface: what `api.cli` may import.
"""
