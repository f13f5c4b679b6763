"""Runs the command line with `python -m constancia.api.cli`, where the installed script is not at hand."""

from constancia.api.cli import main

if __name__ == "__main__":
    main()
