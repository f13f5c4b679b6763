"""Who bears a duty after its party has ended: whom it was given to, a single successor, or nobody."""

from tests.rows import each_row

from constancia.domain.identity.succession import Succession, Transfer


@each_row(
    ("successors", "duty", "bearer"),
    [
        (("a",), "duty/given", "a"),
        (("a",), "duty/left", None),
        (("a",), "duty/later", "a"),
        (("a", "b"), "duty/given", "a"),
        (("a", "b"), "duty/later", None),
        ((), "duty/later", None),
    ],
)
def test_a_duty_that_nobody_was_given_goes_to_a_single_successor(
    successors: tuple[str, ...], duty: str, bearer: str | None
) -> None:
    given = (Transfer.parse({"duty": "duty/given", "successor": "a"}),)
    ended = Succession(
        stream="succession/x", party="x", successors=successors, transfers=given, orphaned=("duty/left",)
    )
    assert ended.successor_of(duty) == bearer
    assert ended.concerns == ("party/x", *(f"party/{name}" for name in successors))
