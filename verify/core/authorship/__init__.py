"""Who may sign what at which index: keys, appointments and seats, folded from the entries in order.

May import: `formats`, `report`, `errors`.
"""
