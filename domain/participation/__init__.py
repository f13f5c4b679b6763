"""Who was heard: gatherings convened and held, contributions received, and the answers to them.

May import: `values`, `kernel`, `identity`, `governance`, `commitments`.
"""
