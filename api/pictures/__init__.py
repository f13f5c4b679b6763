"""Pictures as inline SVG: a view model in, markup out, with the same facts as a table; no script and no inline style."""
