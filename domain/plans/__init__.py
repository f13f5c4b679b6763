"""Action plans, their deadlines and what moves them, and independent assessments of plans and commitments.

May import: `values`, `kernel`, `identity`, `governance`, `commitments`.
"""
