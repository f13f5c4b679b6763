"""Rows of who takes part: parties and their people, bodies, successions, and the decisions that bodies take.

May import: `base`.
"""
