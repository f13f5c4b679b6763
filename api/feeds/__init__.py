"""Feeds and calendars: Atom and iCalendar documents, the same bytes for the same content, for server and monitor."""
