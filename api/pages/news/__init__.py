"""What happened: entries in groups, what changed between two dates, feeds and calendars.

May import: `frame`, `integrity`, `lateness`.
Of other rooms of the interface: what `api.pages` may import.
"""
