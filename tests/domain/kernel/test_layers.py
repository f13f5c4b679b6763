"""What has changed over what is stored is one mapping, whichever of the two a stream is in."""

import pytest
from tests.domain.test_oracles import history

from constancia.domain.kernel.layers import Layers
from constancia.domain.state import State


class Whole:
    """A stored state that is another state, in memory."""

    def __init__(self, state: State) -> None:
        self.size = state.size
        self.get = state.aggregates.get
        self.of, self.streams_of, self.outlines, self.on_topic = state.of, state.streams_of, state.outlines, None
        self.streams, self.days = lambda: iter(state.aggregates), state.days


@pytest.mark.parametrize("part", [1, 2, 3])
def test_both_layers_are_one_mapping(part: int) -> None:
    stage = history()
    lower = State(stage.state.origin)
    for entry in stage.entries[: part * len(stage.entries) // 4]:
        lower.apply(entry, lookup=stage.lookup)
    upper = State(stage.state.origin, Whole(lower))  # type: ignore[arg-type]  # topics are not asked for
    for entry in stage.entries[lower.size :]:
        upper.apply(entry, lookup=stage.lookup)
    layers = Layers(upper.recent, Whole(lower))  # type: ignore[arg-type]
    assert dict(layers) == dict(stage.state.aggregates)
    assert list(layers) == list(stage.state.aggregates)
    assert len(layers) == len(stage.state.aggregates)
    with pytest.raises(KeyError):
        layers["party/nobody"]
