"""Remarks on an entry or a matter, which change neither: contests, responses, corrections, allegations.

May import: `values`, `kernel`, `identity`, `governance`, `agreements`, `commitments`, `plans`.
"""
