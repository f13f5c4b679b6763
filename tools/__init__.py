"""Tools for those who work on the product; nothing of it needs them to run."""
