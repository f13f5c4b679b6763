"""The model of the drawing of chain, tree and witnesses, as of the page's size."""

from collections.abc import Iterator

from constancia.api.pages.figures.source import PictureSource
from constancia.api.pictures.chain import Chain, WitnessLine
from constancia.domain.values.calendar import local_day
from constancia.ledger.clock import instant_of
from constancia.ledger.witnesses.quorum_status import MLDSA44_SUFFIX

_LOOKED_AT = 64  # cosigned trees, newest first, in which a witness is looked for


def chain_of(source: PictureSource) -> Chain:
    """Give size, root and witnesses, none further than the page's size.

    Args:
        source: What the page is as of.
    """
    size = source.reading.size
    root = source.ledger.log.root(size).hex()
    return Chain(size=size, root=root, witnesses=tuple(_witnesses(source, size)))


def _witnesses(source: PictureSource, size: int) -> Iterator[WitnessLine]:
    """Yield each witness once, under its party's name: the largest tree that it cosigned by any of its keys."""
    witnessing = source.ledger.witnessing
    last: dict[str, tuple[int, int]] = {}
    sizes = [cosigned for cosigned in witnessing.store.sizes(0) if cosigned <= size][:_LOOKED_AT]
    for cosigned in sizes:
        for name, seconds in witnessing.sound(cosigned, witnessing.store.at(cosigned)).cosigned.items():
            last.setdefault(name.removesuffix(MLDSA44_SUFFIX), (cosigned, seconds))
    for name in dict.fromkeys(each.removesuffix(MLDSA44_SUFFIX) for each in witnessing.witnesses):
        cosigned, seconds = last.get(name, (0, 0))
        day = local_day(instant_of(seconds), source.reading.state.timezone).isoformat()
        yield WitnessLine(
            name=source.party_words(name.lower()), last=cosigned - 1 if cosigned else None, on=day if cosigned else None
        )
