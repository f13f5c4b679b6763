"""Remarks on an entry or a matter, which change neither: contests, responses, corrections, allegations.

May import: `kernel`, `identity`, `governance`, `agreements`, `commitments`, `plans`.
"""
