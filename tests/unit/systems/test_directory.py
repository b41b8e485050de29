"""What a plug-in learnt on the way is kept beside what it asked for."""

from __future__ import annotations

from b24app.systems.kit.directory import UNKNOWN, Directory

KEY = ("x", "1")


def test_what_was_learnt_on_the_way_is_known_for_a_while() -> None:
    directory = Directory()
    assert directory.known(KEY, 0.0) is UNKNOWN
    directory.keep(KEY, 0.0, 10.0, None)
    assert directory.known(KEY, 9.0) is None
    directory.keep(KEY, 9.0, 10.0, "newer")
    assert directory.get(KEY, 18.0, 10.0, lambda: "asked") == "newer"
    assert directory.known(KEY, 19.0) is UNKNOWN


def test_to_look_is_not_to_keep() -> None:
    directory = Directory(most=1)
    directory.keep(KEY, 0.0, 10.0, True)
    assert [directory.known(("x", name), 0.0) for name in ("2", "3")] == [UNKNOWN, UNKNOWN]
    assert directory.known(KEY, 1.0) is True
    directory.keep(("x", "2"), 1.0, 10.0, True)
    assert directory.known(KEY, 1.0) is UNKNOWN, "the oldest goes"
