"""Who can speak: genesis, parties, appointments, keys.

May import: `values`, `kernel`.
"""
