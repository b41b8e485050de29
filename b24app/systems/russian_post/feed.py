"""News of all items of an account (russian-post.md §14): tickets of bulk tracking, one by one for a small account, or
the cheap `last-oper` fields of Otpravka. Everything is told again and again; nothing has to be confirmed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil
from typing import Any

from b24app.logistics.errors import AccountProblem, Unavailable
from b24app.logistics.feed import FeedPage
from b24app.logistics.order import Decision, OrderState
from b24app.systems.kit.checks import account_refused
from b24app.systems.kit.directory import UNKNOWN, Directory
from b24app.systems.kit.portions import portions
from b24app.systems.kit.soap import Soap, SoapFault, rows
from b24app.systems.kit.spool import BROKEN
from b24app.systems.plugin import OpenContext
from b24app.systems.russian_post.client import Client
from b24app.systems.russian_post.orders import last_operation
from b24app.systems.russian_post.tracking import Operation, from_record, from_ticket, merged
from b24app.systems.russian_post.vocabulary import ARRIVED, DOOR_NUMBERS, DOOR_TYPES
from b24app.wire.http import Limits

TICKETS, SINGLE, CHEAP = "tickets", "single", ""
#: §14.2; answers for so many are several megabytes.
TICKET_MOST = 3000
#: A ticket is ready after a quarter of an hour, and asked about as seldom. A rest before the next one: news come within
#: 20 minutes all the same, for a sixth less calls.
READY_S, REST_S = 900.0, 150.0
PAUSE_S, DAY_PULLS = 900.0, 96
_SLOW = Limits(connect_s=3.0, read_s=30.0, total_s=40.0, max_bytes=64 * 1024 * 1024)
_NOT_READY, _GONE, _DENIED = 6, 17, 3
_A_MONTH_S = 30 * 24 * 3600.0
#: Calls of one pull of the cheap way: the others wait for the next.
CHEAP_CALLS = 150
#: How long the history of an item that is asked for by itself is kept.
KEPT_S, KEPT_DAILY_S = 1800.0, 6 * 3600.0
_DENIED_WORD = "авториз"
_LIMIT_WORDS = ("превыш", "лимит", "limit")


class Tracker:
    """Tracking of one account, as its settings say. `doors`: which items are brought to the recipient, by barcode."""

    def __init__(self, context: OpenContext, client: Client, doors: Directory) -> None:
        self._client, self._doors, self._now = client, doors, context.clock.now().timestamp()
        self._keys = {"login": context.setting("tracking_login"), "password": context.setting("tracking_password")}
        self.mode = context.setting("tracking") if self._keys["login"] else CHEAP
        daily = context.setting("tracking_daily")
        self._daily = int(daily) if daily.isdigit() else 100
        self._single = Soap(client.tracking, "rtm34")
        self._bulk = Soap(client.tracking, "fc")
        self.key = f"{self.mode}:{self._keys['login'] or context.setting('login')}"

    def pull(self, cursor: str, watched: Callable[[], Sequence[str]]) -> FeedPage:
        """Raises Unavailable, AccountProblem."""
        groups = {found: found.split(",") for found in watched()}
        ways = {TICKETS: self._pull_tickets, SINGLE: self._pull_single, CHEAP: self._pull_cheap}
        return ways[self.mode](cursor, groups)

    # --- bulk: a ticket now, its answer a quarter of an hour later ----------------------------------------------

    def _pull_tickets(self, cursor: str, groups: Mapping[str, list[str]]) -> FeedPage:
        """In turn: ask for tickets, which the cursor names then, and read them when they are ready. A page that was
        lost on its way is read again from the same tickets, which live for 32 hours."""
        if not cursor:
            asked = [self._ticket(some) for some in portions(_barcodes(groups), TICKET_MOST)]
            return FeedPage(cursor=" ".join(asked), wait_s=READY_S)
        told: dict[str, list[Operation]] = {}
        skipped, waiting = 0, []
        for ticket in cursor.split():
            answer = self._bulk_call("getResponseByTicket", "tracking.answer", ticket=ticket)
            number = _error_of(answer)
            if number == _NOT_READY:
                waiting.append(ticket)
            elif number != _GONE:
                self._check(number, answer, READY_S)
                skipped += _read(answer, told)
        wait_s = READY_S if waiting else REST_S
        return FeedPage(self._states(groups, told), cursor=" ".join(waiting), wait_s=wait_s, skipped=skipped)

    def _ticket(self, barcodes: Sequence[str]) -> str:
        # The four attributes are required by their schema and read by nobody.
        request = {"Item": [{"Barcode": barcode} for barcode in barcodes], "FileName": "waybill", "FileTypeID": 1,
                   "FileNumber": 1, "DatePreparation": "01.01.2026"}  # fmt: skip
        answer = self._bulk_call("getTicket", "tracking.ticket", request=request, language="RUS")
        self._check(_error_of(answer), answer)
        if not answer.get("value"):
            raise account_refused("", "no ticket: bulk tracking is not enabled for this login")
        return str(answer["value"])

    def _bulk_call(self, operation: str, label: str, **body: Any) -> Mapping[str, Any]:
        try:
            answer = self._bulk.call(operation, label, {**body, **self._keys}, limits=_SLOW)
        except SoapFault as fault:
            raise Unavailable(f"{label}: {fault.code}") from fault
        if not isinstance(answer, Mapping) or not answer.keys() & {"value", "error"}:
            raise Unavailable(f"{label}: an odd answer")
        return answer

    def _check(self, number: int | None, answer: Mapping[str, Any], wait_s: float | None = None) -> None:
        if number is None:
            return
        text = str(answer["error"].get("ErrorName") or "")
        if number == _DENIED:
            raise _denied(str(number), text)
        raise Unavailable(f"tracking: error {number}", wait_s)

    # --- one by one ---------------------------------------------------------------------------------------------------

    def _pull_single(self, cursor: str, groups: Mapping[str, list[str]]) -> FeedPage:
        """As many a pull as the day's number allows, in turn: the cursor is the last one asked for."""
        order = sorted(groups)
        order = [each for each in order if each > cursor] + [each for each in order if each <= cursor]
        left = max(1, ceil(self._daily / DAY_PULLS)) if self._daily else len(_barcodes(groups))
        told: dict[str, list[Operation]] = {}
        for group in order:
            if len(groups[group]) > left and told:
                break
            for barcode in groups[group]:
                told[barcode] = self.operations(barcode)
            left, cursor = left - len(groups[group]), group
            if left <= 0:
                break
        return FeedPage(self._states(groups, told), cursor=cursor, wait_s=PAUSE_S)

    def operations(self, barcode: str) -> list[Operation]:
        """The whole history of one item. Raises Unavailable, AccountProblem."""
        found = self._single_call(
            "getOperationHistory", "tracking.history", OperationHistoryRequest={"Barcode": barcode, "MessageType": 0}
        )
        done: list[Operation] = []
        for record in rows(found):
            try:
                done.append(from_record(record))
                self._remember(barcode, record["ItemParameters"]["MailType"]["Id"] in DOOR_NUMBERS)
            except BROKEN:
                continue
        return done

    def histories(self, barcodes: Sequence[str]) -> list[list[Operation]]:
        """Of items that the feed does not watch (returns), each asked one by one: what was told is kept for a while,
        for hours where the account has a number of calls a day. Raises Unavailable, AccountProblem."""
        if self.mode == CHEAP:
            return [self._last(barcode) for barcode in barcodes]
        age_s = KEPT_DAILY_S if self._daily else KEPT_S
        return [
            self._doors.get((self.key, barcode), self._now, age_s, lambda: self.operations(barcode))  # noqa: B023
            for barcode in barcodes
        ]

    def _last(self, barcode: str) -> list[Operation]:
        rows = self._client.rows("1.0/shipment/search", "shipment.search", query=barcode)
        found = (last_operation(row) for row in rows if row.get("barcode") == barcode)
        return [operation for operation in found if operation]

    def languages(self) -> None:
        """A call that costs nothing: does the login work? Raises Unavailable, AccountProblem."""
        self._single_call("getLanguages", "tracking.test")

    def _single_call(self, operation: str, label: str, **body: Any) -> Any:
        try:
            return self._single.call(operation, label, {**body, "AuthorizationHeader": self._keys})
        except SoapFault as fault:
            said = f"{fault.text} {fault.detail}".casefold()
            if any(word in said for word in (_DENIED_WORD, *_LIMIT_WORDS)):
                raise _denied(fault.code, fault.text) from fault
            raise Unavailable(f"{label}: {fault.code}") from fault

    # --- Otpravka's last operation ------------------------------------------------------------------------------------

    def _pull_cheap(self, cursor: str, groups: Mapping[str, list[str]]) -> FeedPage:
        """One call tells of a whole batch: the cursor names the batches that our items are in, those that have waited
        longest first. An item that is in none of them is searched for."""
        wanted = set(_barcodes(groups))
        told: dict[str, list[Operation]] = {}
        left, known = CHEAP_CALLS, cursor.split()
        kept, visited = [], 0
        for name in known[:left]:
            visited += 1
            found = self._batch(name, wanted, told)
            left -= 1
            kept += [name] if found else []
        rest = known[visited:]
        for barcode in sorted(wanted - told.keys()) if not rest else ():
            if left <= 0 or barcode in told:
                continue
            left -= 2
            for row in self._client.rows("1.0/shipment/search", "shipment.search", query=barcode):
                name = str(row.get("batch-name") or "")
                if name and name not in kept:
                    kept.append(name)
                    self._batch(name, wanted, told)
        return FeedPage(self._states(groups, told), cursor=" ".join([*rest, *kept]), wait_s=PAUSE_S)

    def _batch(self, name: str, wanted: set[str], told: dict[str, list[Operation]]) -> int:
        """How many of the wanted items are in it."""
        rows = self._client.rows(f"1.0/batch/{name}/shipment", "batch.shipments", size="10000")
        self.note(rows)
        mine = {str(row["barcode"]): last_operation(row) for row in rows if row.get("barcode") in wanted}
        told |= {barcode: [operation] if operation else [] for barcode, operation in mine.items()}
        return len(mine)

    # --- what is told -------------------------------------------------------------------------------------------------

    def _states(self, groups: Mapping[str, list[str]], told: Mapping[str, list[Operation]]) -> tuple[OrderState, ...]:
        """Of orders all of whose items were told of."""
        states = []
        for group, barcodes in groups.items():
            if all(barcode in told for barcode in barcodes) and any(told[barcode] for barcode in barcodes):
                items = [(told[barcode], self._is_door(barcode, told[barcode])) for barcode in barcodes]
                events, retracted = merged(items)
                states.append(OrderState("", "", Decision.ACCEPTED, tracking_number=group, events=events,
                                         retracted=retracted))  # fmt: skip
        return tuple(states)

    def _is_door(self, barcode: str, operations: Sequence[Operation]) -> bool:
        """Only asked for where it matters: a ticket does not tell the product. Its batch tells of its neighbours."""
        if not any((each.type, each.attr) == ARRIVED for each in operations):
            return False
        door = self._doors.known((barcode,), self._now)
        if door is UNKNOWN:
            door = self._ask_door(barcode)
            self._remember(barcode, door)
        return bool(door)

    def _ask_door(self, barcode: str) -> bool:
        found = self._client.rows("1.0/shipment/search", "shipment.search", query=barcode)
        for name in {str(row["batch-name"]) for row in found if row.get("batch-name")}:
            self._batch(name, set(), {})
        return any(row.get("mail-type") in DOOR_TYPES for row in found)

    def note(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Keep in mind which items go to the door, whenever they are seen."""
        for row in rows:
            self._remember(str(row.get("barcode")), row.get("mail-type") in DOOR_TYPES)

    def _remember(self, barcode: str, door: bool) -> None:
        self._doors.keep((barcode,), self._now, _A_MONTH_S, door)


def _barcodes(groups: Mapping[str, Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(barcode for barcodes in groups.values() for barcode in barcodes))


def _error_of(answer: Mapping[str, Any]) -> int | None:
    error = answer.get("error")
    return int(error["ErrorTypeID"]) if isinstance(error, Mapping) and error.get("ErrorTypeID") else None


def _read(answer: Mapping[str, Any], told: dict[str, list[Operation]]) -> int:
    """How many operations made no sense."""
    skipped = 0
    for item in rows((answer.get("value") or {}).get("Item")):
        done = told.setdefault(str(item.get("Barcode")), [])
        for row in rows(item.get("Operation")):
            try:
                done.append(from_ticket(row))
            except BROKEN:
                skipped += 1
    return skipped


def _denied(code: str, text: str) -> AccountProblem | Unavailable:
    """A wrong login, or the day's calls are used up: both come as one (§18)."""
    if any(word in text.casefold() for word in _LIMIT_WORDS):
        return Unavailable(f"tracking: {code} the day's calls are used up", 3600.0)
    return account_refused(code, text)
