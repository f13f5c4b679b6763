"""Examples of answers and rows for the description of the interface; tests compare their form with real ones.

May import: no other room of this one.
Of other rooms of the interface: what `api.http` may import.
"""
