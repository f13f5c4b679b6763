"""Complaints: filed, admitted, answered, resolved, and never decided by who is accused.

May import: `values`, `kernel`, `identity`, `governance`, `agreements`, `commitments`, `plans`.
"""
