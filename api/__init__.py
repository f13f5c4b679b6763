"""HTTP, pages, feeds and the command line: thin, translating between people and the floors below."""
