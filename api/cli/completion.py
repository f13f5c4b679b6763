"""`constancia completion`: the shell's completion of verbs and options."""

from enum import StrEnum
from typing import Annotated

import typer

from constancia.api.cli.terminal import guarded, message, say, write_data


class Shell(StrEnum):
    """The shells that the command line can be completed in."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@guarded
def command(shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh, fish.")]) -> None:
    """Escribe el autocompletado de su terminal. / Print the completion for your shell.

    Ejemplo / example: constancia completion bash >> ~/.bash_completion
    Ejemplo / example: constancia completion zsh > ~/.zfunc/_constancia
    Ejemplo / example: constancia completion fish > ~/.config/fish/completions/constancia.fish
    """
    from typer._completion_shared import get_completion_script

    script = get_completion_script(prog_name="constancia", complete_var="_CONSTANCIA_COMPLETE", shell=shell.value)
    write_data(script.strip() + "\n")
    say(message("completion.next"), err=True)
