"""Commands for an auditor, who trusts no host: the audit, the trust anchors that a user pinned, releases of this program.

May import: `terminal`.
Of other rooms of the interface: what `api.cli` may import.
"""
