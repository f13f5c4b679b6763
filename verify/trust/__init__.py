"""What the auditor already holds: the trust folder, and checkpoints verified earlier.

May import: `core`, `sources`.
"""
