"""The port for systems that tell news of all orders of an account in one stream."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from b24app.logistics.jsonable import Jsonable
from b24app.logistics.order import OrderState


@dataclass(frozen=True, slots=True)
class FeedPage(Jsonable):
    """What one pull of a feed told. `states` hold at least `remote_id` or `number`, and the new events; `read_again`
    are `remote_id`s whose orders have to be read to learn what happened. `cursor` is for the next pull, `receipt` for
    `confirm` once all of this is saved ("" = nothing to confirm). `more`: pull again at once. `wait_s` replaces the
    manifest's pause before the next pull. `skipped`: records that could not be read."""

    states: tuple[OrderState, ...] = ()
    read_again: tuple[str, ...] = ()
    cursor: str = ""
    receipt: str = ""
    more: bool = False
    wait_s: float | None = None
    skipped: int = 0


@runtime_checkable
class Feed(Protocol):
    """One stream of news for all orders of an account: an inbox that is confirmed, a journal with a cursor, a ticket
    for many numbers. One runner of the deployment pulls it; what it told is saved before it is confirmed, so that a
    page may come twice and none is lost."""

    @property
    def feed_key(self) -> str:
        """Names the account whose news these are, without its secret: accounts of one name share a feed, whoever
        entered them."""

    def pull(self, cursor: str, watched: Callable[[], Sequence[str]]) -> FeedPage:
        """News since `cursor` ("" = from the beginning). `watched()` gives the tracking numbers of all orders that are
        under way, for systems that want to be asked by number. Raises `Unavailable`, `AccountProblem`."""

    def confirm(self, receipt: str) -> None:
        """Tell the system that a page is saved; repeating it does no harm. Raises `Unavailable`, `AccountProblem`."""
