"""How long the log waits for its witnesses."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The times of the collector, all in seconds.

    Attributes:
        connect_s: Most for a connection.
        answer_s: Most for an answer: a witness far away has to verify, write to its disk and answer.
        first_pause_s: Before a witness that failed is asked again. It doubles with each failure; up to twice the first
            pause is added at random.
        longest_pause_s: Most that the pause grows to.
        round_every_s: Least between the beginnings of two rounds. A quiet log's entry begins a round at once, a busy
            one's waits this long at most: some 10 kB of cosignatures are stored for each round, and a witness writes to
            its disk for each. It is less than a batch of its own checkpoints weighs.
        put_off_s: Until what could not be read is tried again.
        compare_s: Most that the first entry after a start waits for the witnesses' answers about what they have seen.
            It is below the time that a submitter waits for its entry.
    """

    connect_s: float = 5.0
    answer_s: float = 10.0
    first_pause_s: float = 0.5
    longest_pause_s: float = 60.0
    round_every_s: float = 0.1
    put_off_s: float = 0.5
    compare_s: float = 5.0
