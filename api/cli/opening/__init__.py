"""Opening a ledger in the terminal: the questions, and the part of each machine, step by step.

May import: `api.client`, `api.cli.terminal`, `api.cli.prompts`.
"""
