"""Time anchors (RFC 3161): request, token, authorities, and level 5 of the audit.

May import: `reader`, `store`, `disk`.
"""
