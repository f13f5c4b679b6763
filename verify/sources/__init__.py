"""Where a log can be read from: a store, a folder, an address, a zip archive, or one file.

Promise: returns bytes and reports what could not be read; judges nothing. May import: `core`, `wire`, `report`.
"""
