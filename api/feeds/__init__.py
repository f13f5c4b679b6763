"""Feeds and calendars: Atom and iCalendar documents, the same bytes for the same content, for server and monitor.

May import: no other room of the interface.
"""
