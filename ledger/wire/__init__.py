"""Writing what verifiers read: proofs, entries around statements, bundles, receipts, contradictions.

May import: `verify.core`, `verify.wire`, `verify.sources`.
"""
