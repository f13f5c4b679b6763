"""Models of the pictures that a page may show, made from the rows of its size and day.

May import: `decision_waits`.
Of other rooms of the interface: what `api.pages` may import.
"""
