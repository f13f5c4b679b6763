"""Commands for an auditor, who trusts no host: the audit, pinned trust anchors, releases of this program.

May import: `terminal`.
Of other rooms of the interface: what `api.cli` may import.
"""
