"""The monitor's interfaces: peers over HTTP, and its outputs (feeds, metrics, heads).

May import: `feeds`, `http`, `text`.
"""
