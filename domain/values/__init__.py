"""What acts are made of: values read from JSON, dates with their precision, languages, editions of the law, seals.

May import: no other room of the domain.
"""
