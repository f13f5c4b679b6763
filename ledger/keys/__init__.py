"""Key files, and the signer of the log.

May import: `disk`.
"""
