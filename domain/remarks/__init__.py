"""What is said about an entry or a matter, beside it: corrections, allegations.

May import: every other aggregate.
"""
