"""Complaints: filed, admitted, answered, resolved, and never decided by who is accused.

May import: `kernel`, `identity`, `governance`, `agreements`, `commitments`, `plans`.
"""
