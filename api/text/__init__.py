"""Texts and small pictures for people: translations, dates, links, QR codes."""
