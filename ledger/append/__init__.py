"""From a signed statement to an entry: examine, judge, write, checkpoint. One writer.

May import: `keys`, `store`, `wire`, `submission`.
"""
