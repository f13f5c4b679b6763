"""Server-rendered pages in Spanish and English: complete without scripts, each naming its tree size."""
