"""What one client, address or party may do, how often and how much; and the headers that protect a reader.

May import: `problems`, `proxies`, `settings`.
Of other rooms of the interface: what `api.http` may import.
"""
