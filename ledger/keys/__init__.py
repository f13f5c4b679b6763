"""Key files, keys in tokens, and the signer of the log.

May import: `disk`.
"""
