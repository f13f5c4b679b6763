"""Whether an act is accepted: who may say it at all, and every rule against the state at the head.

May import: `values`, `kernel`, `identity`, `governance`, `catalogue`, `state`.
"""
