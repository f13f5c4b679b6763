"""What was promised, its scope, the work, and the deliverables.

May import: `values`, `kernel`, `identity`, `governance`, `agreements`.
"""
