"""The rows: `# key | adversary | act`, then `+` (noticed) or `-` (not noticed) `who | evidence | requests`."""

TEXT = """
# none | x | y
"""
