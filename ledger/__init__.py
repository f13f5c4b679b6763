"""The ledger: stores, chains, signs checkpoints, projects, is witnessed, publishes.

Promise: it writes only what the verifier accepts. May import: the domain and verify.
"""
