"""HTTP, pages, feeds and the command line: thin, translating between people and the floors below."""


def __getattr__(name: str) -> str:
    """Give `__version__`, the installed package's, when it is asked for."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version  # noqa: PLC0415 - a command's start does not wait for it

    return version("constancia")
