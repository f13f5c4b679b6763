"""Pictures as inline SVG: a view model in, markup out, the same facts as a table; no script, no inline style.

May import: `text`.
"""
