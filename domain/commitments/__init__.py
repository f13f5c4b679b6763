"""What was promised, its scope, the work, and the deliverables.

May import: `kernel`, `identity`, `governance`, `agreements`.
"""
