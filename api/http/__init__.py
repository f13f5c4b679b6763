"""The HTTP machinery: dependencies, problem documents, rate limits, security headers, representations.

May import: `text`.
"""
