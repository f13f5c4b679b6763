"""The pages of the signatory's way: what waits, a draft, reading and signing, a passkey, the receipt.

May import: `draft_words`, `drafts`, `relying_party`, `sheets`, `speakers`, `waiting`.
Of other rooms of the interface: what `api.signing` may import.
"""
