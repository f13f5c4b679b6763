"""JSON resources and the log's static files, one router a resource.

May import: `description`, `http`, `opendata`, `text`.
"""
