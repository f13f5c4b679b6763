"""The rows: `# key | adversary | act`, then `+` (noticed) or `-` (not noticed) `who | evidence | requests`."""

# ruff: noqa: E501 - a table reads by rows
TEXT = """
# none | x | y
"""
