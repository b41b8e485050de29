"""Tracking as data: histories, tickets, and how each account may ask (§14)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sandbox.russian_post.core import Post
from sandbox.russian_post.model import ACCOUNTS, Account, Order, Ticket
from sandbox.russian_post.places import MOSCOW, by_index

_MOST_BARCODE = 64


class Denied(Exception):  # noqa: N818 - an answer
    """Single access: the login is wrong, or today's calls are used up (§18: it looks like a failed sign-in)."""


class BatchError(Exception):
    """Batch access: ``ErrorTypeID`` and its name."""

    def __init__(self, number: int, name: str) -> None:
        super().__init__(name)
        self.number, self.name = number, name


ERRORS = {
    2: "Неверный формат сообщения",
    3: "Ошибка авторизации",
    6: "Ответ для данного билета еще не готов",
    12: "Нет информации об отправлении",
    16: "Внутренняя ошибка",
    17: "Билет не найден, устарел или удален",
    18: "Количество ШПИ в запросе больше допустимого",
    20: "Неизвестный язык",
    21: "ШПИ слишком длинный",
    22: "Имя файла слишком длинное",
}


def error(number: int, name: str = "") -> BatchError:
    return BatchError(number, name or ERRORS[number])


def account_of(login: str, password: str) -> Account | None:
    return next((row for row in ACCOUNTS if row.track_login == login and row.track_password == password), None)


def sign_in_single(post: Post, login: str, password: str) -> Account:
    """Raises Denied."""
    found = account_of(login, password)
    if found is None:
        raise Denied("Ошибка авторизации: неверный логин или пароль")
    limit = post.track_limit(found)
    if limit and post.count_call(found, "single") > limit:
        raise Denied("Превышено количество запросов за сутки")
    return found


def history(post: Post, barcode: str) -> Order | None:
    """Any item: tracking is not bound to a contract. Deleted ones still have their operations."""
    return post.by_barcode.get(barcode)


def local(moment: float, index: str) -> datetime:
    """The office's own time; the sorting centre's and the Post's own is Moscow's."""
    place = by_index(index)
    return datetime.fromtimestamp(moment, place.zone if place else MOSCOW)


# --- batch access (§14.2) ---------------------------------------------------------------------------------------------


def ask(post: Post, login: str, password: str, barcodes: Sequence[str], language: str, file_name: str) -> str:
    """The ticket. Raises BatchError; "" for an account without batch rights: neither value nor error (§14.2)."""
    found = account_of(login, password)
    if found is None:
        raise error(3)
    with post.lock:
        if post.switches.ticket_failures > 0:
            post.switches.ticket_failures -= 1
            raise error(16)
        if not barcodes:
            raise error(2)
        if len(barcodes) > post.switches.ticket_most:
            raise error(18)
        if language not in ("RUS", "ENG"):
            raise error(20)
        if any(len(barcode) > _MOST_BARCODE for barcode in barcodes):
            raise error(21)
        if len(file_name) > 255:
            raise error(22)
        if not found.batch_tracking:
            return ""
        now = post.moscow()
        value = f"{now:%Y%m%d%H%M%S}{now.microsecond // 1000:03d}{found.track_login.upper()}"
        while value in post.tickets:
            value = f"{int(value[:17]) + 1}{found.track_login.upper()}"
        post.tickets[value] = Ticket(value, found, tuple(barcodes), post.time())
        post.note("ticket.made", value, account=found.code, barcodes=len(barcodes))
    return value


def answer(post: Post, ticket: str, login: str, password: str) -> Ticket:
    """A ready ticket. Raises BatchError: not ready (also for a poll too soon after the last), or gone."""
    found = account_of(login, password)
    if found is None:
        raise error(3)
    with post.lock:
        kept = post.tickets.get(ticket)
        now = post.time()
        if kept is None or kept.account != found or now - kept.asked > post.switches.ticket_keep_seconds:
            post.tickets.pop(ticket, None)
            raise error(17)
        last = post.polled.get(ticket, kept.asked)
        post.polled[ticket] = now
        if now - kept.asked < post.switches.ticket_seconds or (
            last != kept.asked and now - last < post.switches.poll_seconds
        ):
            post.note("ticket.early", ticket, account=found.code, seconds=now - last)
            raise error(6)
    return kept
