"""Run the command line as `python -m constancia`, for when the installed script is not on the PATH."""

from constancia.api.cli import main

if __name__ == "__main__":
    main()
