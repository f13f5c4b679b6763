"""What every page has: its frame and head, titles and marked texts, and the caches of rows and pages.

May import: `figures`.
Of other rooms of the interface: what `api.pages` may import.
"""
