"""What an auditor must read to believe levels 1 and 2: formats, signatures, the tree, the quorum, who may sign what.

Promise: no I/O, no threads, no caches. May import: the standard library and `cryptography`; no other room.
"""
