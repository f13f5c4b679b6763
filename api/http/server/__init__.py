"""The server under the application: connections, heads of requests, the start, reader processes, metrics.

May import: `limits`, `problems`, `proxies`, `representation`, `settings`, `text_headers`.
Of other rooms of the interface: what `api.http` may import.
"""
