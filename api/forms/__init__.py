"""Forms: an act's fields as questions with choices by title, read back into its body; for pages and terminal alike.

May import: `text`.
"""
