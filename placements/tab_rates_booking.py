"""A booking as the tab tells it: being checked, or why it waits for the person. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from b24app.flows.rates import SILENT, Booking, BookingState
from b24app.frames.formats import Formats
from b24app.logistics.ports import Quote
from b24app.logistics.problem import Problem
from placements.problem_words import ProblemView
from placements.tab_rates_parts import days_words, terms


@dataclass(frozen=True, slots=True)
class BookingView:
    """`state` as in `BookingState`. `late`: it is being checked for so long that the person may go on without. `shown`
    are the terms that its button accepts, `book` the words on it."""

    state: str
    title: str
    text: str
    tone: str
    late: bool = False
    shown: str = ""
    book: str = ""
    problems: tuple[ProblemView, ...] = ()


def booking_view(
    booking: Booking, what: str, formats: Formats, costs: bool, problem: Callable[[Problem], ProblemView]
) -> BookingView | None:
    """`what` is the account and the service in words. None once the order is on its way: the tab tells of it."""
    if booking.state is BookingState.SENT:
        return None
    checking, found = booking.state is BookingState.CHECKING, booking.found
    hidden = not costs and booking.state is BookingState.CHANGED
    key = f"rates.booking.{booking.state.value}{'_hidden' if hidden else ''}"
    params = {"what": what, **_figures(booking, formats)}
    late = checking and formats.now - booking.since >= SILENT
    return BookingView(
        state=booking.state.value,
        title=formats.words(f"{key}.title", **params),
        text=formats.words(f"{key}_late" if late else f"{key}.text", **params),
        tone="blue" if checking else "amber",
        late=late,
        shown=terms(found) if found and costs else "",
        book=_book_words(found if costs else None, formats),
        problems=tuple(problem(each) for each in booking.problems),
    )


def _book_words(quote: Quote | None, formats: Formats) -> str:
    if quote is None:
        return formats.words("rates.book_plain")
    return formats.words("rates.book", price=formats.money(quote.price.minor, quote.price.currency))


def _figures(booking: Booking, formats: Formats) -> dict[str, str]:
    """Was, is now and the difference, with its sign; the terms too when these are what changed."""
    seen, found = booking.seen, booking.found
    if not seen or not found:
        return {"was": "", "now": "", "more": ""}
    was, now = (formats.money(each.price.minor, each.price.currency) for each in (seen, found))
    more = found.price.minor - seen.price.minor
    if not more or seen.price.currency != found.price.currency:
        was, now = f"{was}, {days_words(seen, formats)}", f"{now}, {days_words(found, formats)}"
    sign = "+" if more > 0 else ""
    return {"was": was, "now": now, "more": f"{sign}{formats.money(more, found.price.currency)}"}
