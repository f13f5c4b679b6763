"""The store in PostgreSQL: entries, and the files next to them, in one database; what needs its driver is loaded late.

May import: `address`, `application`, `batch`, `entry_store`, `postgres_errors`, `tables`.
"""
