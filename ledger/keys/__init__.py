"""Keys in files, and what the log signs with its own.

May import: `disk`.
"""
