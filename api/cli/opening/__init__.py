"""Opening a ledger in the terminal: the questions, and the part of each machine, step by step.

May import: `log_key`, `prompts`, `signatory`, `terminal`.
Of other rooms of the interface: what `api.cli` may import.
"""
