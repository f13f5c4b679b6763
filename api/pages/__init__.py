"""Server-rendered pages in Spanish and English: complete without scripts, each naming its tree size.

May import: `feeds`, `forms`, `http`, `opendata`, `pictures`, `routers`, `text`.
"""
