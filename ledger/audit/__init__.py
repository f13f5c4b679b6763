"""Levels 3 and 4 of the audit, and the resume file of an earlier one.

May import: `views`, `witnesses`, `append`, `store`, `disk`.
"""
