"""Commands for the operator of a ledger: the server and its readers, anchors, copies, the log's key, the vault.

May import: `log_key`, `terminal`.
Of other rooms of the interface: what `api.cli` may import.
"""
