"""Files and folders on this machine: durable writes, the lock of the single writer, documents named by their hash.

May import: `errors`.
"""
