"""Pictures of before they were drawn anew: each once, in portions, whoever dies in between."""

from __future__ import annotations

from typing import Any

import pytest

from b24app.flows import pictures
from b24app.runners import redrawing
from b24app.store import older_pictures, portals, return_photos, strays
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import Portal
from b24app.store.return_photos import Photo
from tests.unit.flows.returns.given import NOW
from tests.unit.pictures import SECRETS, taken
from tests.unit.store.test_returns import begun
from tests.unit.store.test_strays import BOX


class Killed(BaseException):
    """The process ends here."""


def written(content: bytes | None) -> bool:
    """Whether something stands beside the picture."""
    assert content
    return any(secret in content for secret in SECRETS)


def test_older_pictures_are_drawn_anew_once(
    sessions: Sessions, portal: Portal, neighbour: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, old, broken = begun(sessions, portal), taken(), b"\xff\xd8\xff none"
    with session_scope(sessions) as session:
        for n, content in enumerate((old, broken, old, old)):
            assert return_photos.keep(session, portal.id, kept.id, Photo(f"p{n}", "image/png", NOW), content, NOW)
        assert strays.keep(session, portal.id, BOX, NOW)
        assert strays.add_photo(session, portal.id, BOX.key, "s1", old, NOW)
    drawn: list[bytes] = []

    def clean(content: bytes) -> pictures.Picture:
        drawn.append(content)
        return pictures.clean(content)

    monkeypatch.setattr(redrawing, "clean", clean)
    monkeypatch.setattr(redrawing, "PORTION", 2)

    def contents() -> list[bool]:
        with read_scope(sessions) as session:
            found = [return_photos.content(session, portal.id, kept.id, f"p{n}") for n in (0, 2, 3)]
            return [written(each) for each in (*found, strays.photo(session, portal.id, BOX.key, "s1"))]

    assert redrawing.redraw(sessions) == 2
    assert contents() == [True, False, False, True]
    # Killed before and after the picture is written, within its transaction: nothing is half done.
    for name in ("_put", "portal_settings.change"):
        with monkeypatch.context() as dying:
            dying.setattr(f"b24app.store.older_pictures.{name}", _dies)
            with pytest.raises(Killed):
                redrawing.redraw(sessions)
        assert contents() == [True, False, False, True]
        assert len(drawn) < 6
    assert [redrawing.redraw(sessions) for _ in range(2)] == [2, 0]
    assert contents() == [False] * 4
    with read_scope(sessions) as session:
        assert return_photos.content(session, portal.id, kept.id, "p1") == broken
        first, second = return_photos.of_return(session, portal.id, kept.id)[:2]
        now = return_photos.content(session, portal.id, kept.id, "p0") or b""
        assert (first.media_type, first.size) == ("image/jpeg", len(now))
        assert (second.media_type, second.size) == ("image/png", len(broken))
        for each in (portal, neighbour):
            assert portals.get(session, each.id).settings[older_pictures.KEY] == 0
    seen = len(drawn)
    assert redrawing.redraw(sessions) == 0
    assert len(drawn) == seen


def _dies(*_: Any) -> None:
    raise Killed
