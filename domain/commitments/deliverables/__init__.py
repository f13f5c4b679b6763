"""Deliverables: submitted, contested, accepted; and those that an event or a decision fulfils.

May import: `commitment`, `gathering`, `scope`.
"""
