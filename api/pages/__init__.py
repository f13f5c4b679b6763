"""Server-rendered pages in Spanish and English: complete without scripts, each naming the size that it stands at."""
