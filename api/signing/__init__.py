"""The signatory's way: what waits for a person, prepared acts, the page that signs with a passkey, enrolment.

May import: `feeds`, `forms`, `http`, `pages`, `routers`, `text`.
"""
