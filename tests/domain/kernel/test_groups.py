from constancia.domain.kernel.groups import grouped


def test_values_of_a_key_stay_in_their_order() -> None:
    assert grouped([("b", 2), ("a", 3), ("b", 1)]) == {"b": (2, 1), "a": (3,)}
    assert list(grouped([("b", 2), ("a", 3)])) == ["b", "a"]
    assert grouped([]) == {}
