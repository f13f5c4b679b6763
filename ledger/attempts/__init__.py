"""Refused attempts: signed statements that the ledger did not take, in a file or a database next to the entries.

May import: `append`, `store`, `disk`, `submission`.
"""
