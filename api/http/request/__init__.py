"""What a request asks: its application, the parameters of its address, which part of a list, a form's body.

May import: `limits`, `proxies`, `settings`.
Of other rooms of the interface: what `api.http` may import.
"""
