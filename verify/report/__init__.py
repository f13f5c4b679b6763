"""A report in words: the sentences of every finding in both languages, the text and the JSON.

May import: `core`.
"""
