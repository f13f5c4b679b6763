"""States as they were folded at some sizes, so that opening and the past cost what is new. Disposable, never trusted.

May import: `append`, `store`, `disk`.
"""
