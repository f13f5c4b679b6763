"""The tables of the open data, each column defined once, and their forms as CSV and JSON.

May import: no other room of this one.
Of other rooms of the interface: what `api.opendata` may import.
"""
