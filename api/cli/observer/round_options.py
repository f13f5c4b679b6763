"""Options of the verbs that look at a log in rounds: `monitor` and `mirror`."""

from typing import Annotated

import typer

Once = Annotated[bool, typer.Option("--once", help="Una ronda, para cron. / One round, for cron.")]
Every = Annotated[
    float, typer.Option(min=1, metavar="SECONDS", help="Segundos entre rondas. / Seconds between rounds.")
]
Peers = Annotated[
    list[str] | None,
    typer.Option(metavar="URL|FILE", help="Otro monitor, para comparar. / Another monitor, to compare with."),
]
WholeEvery = Annotated[
    float,
    typer.Option(min=0, metavar="HOURS", help="Horas entre revisiones completas. / Hours between full audits."),
]
Levels = Annotated[
    str, typer.Option(metavar="L2|L5", help="Hasta qué nivel: L2 libro y autoría, L5 todos. / Up to which level.")
]
Recheck = Annotated[
    float,
    typer.Option(
        min=0,
        metavar="SECONDS",
        help="Segundos de tolerancia para cachés. / Tolerance for stale caches, in seconds.",
    ),
]
