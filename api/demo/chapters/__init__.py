"""The chapters of the story: which acts the parties do, in the order of the years.

May import: `cast`, `props`, `stage`.
Of other rooms of the interface: what `api.demo` may import.
"""
