"""Formats that writers, receipts and publishers need and a verdict on a log does not rest on: proofs, tiles, receipts.

May import: `core`.
"""
