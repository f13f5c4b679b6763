"""Texts and small pictures for people: translations, dates, links, QR codes.

May import: no other room of the interface.
"""
