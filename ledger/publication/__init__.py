"""The log as files: published folder, bundle, verifier page.

May import: `reader`, `witnesses`, `timestamps`, `disk`.
"""
