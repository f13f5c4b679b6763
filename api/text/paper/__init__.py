"""What fits on paper: an entry's address with its proof, QR codes, commands that check an entry by hand.

May import: `i18n`.
Of other rooms of the interface: what `api.text` may import.
"""
