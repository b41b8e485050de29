"""A connection to a 1C:TMS base without our extension, by its standard OData (1c.md §2.2, §5): the ports, as far as
such a base can. Object and attributes are the admin's; a document is a request once it is posted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from b24app.logistics.aftercare import ReturnRequest
from b24app.logistics.errors import AccountProblem, LogisticsError, Refused, Unavailable, Uncertain
from b24app.logistics.feed import FeedPage
from b24app.logistics.model import Sender, ShipmentRequest
from b24app.logistics.order import Decision, OrderState, is_ours
from b24app.logistics.ports import Outgoing, TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.logistics.warehouse import Option
from b24app.systems.kit.checks import Found, needs_settings, run_checks
from b24app.systems.kit.one_c_by_hand import BY_HAND, WithoutService, no_object
from b24app.systems.kit.one_c_odata import MOST_OR, OData, Row, any_of, guid, is_key, moment, text
from b24app.systems.kit.one_c_zones import zone_of
from b24app.systems.kit.portions import portions, readable
from b24app.systems.one_c_tms.fields import Fields
from b24app.systems.one_c_tms.requests import Terms, build_request, check_start
from b24app.systems.one_c_tms.tasks import parse_statuses, parse_task
from b24app.systems.one_c_tms.vocabulary import BY_WORDS, MARK, PROPOSED, UNPOSTED
from b24app.systems.plugin import Manifest, OpenContext

MOST_OPTIONS = 500


class BaseTms(WithoutService):
    """Implements the ports that the manifest names, as far as a base without our service can."""

    def __init__(self, manifest: Manifest, context: OpenContext) -> None:
        self._manifest, self._context = manifest, context
        self._client, self._terms = OData(context, BY_WORDS), Terms.of(context)
        self._entity = context.setting("odata_entity")
        self._names = {name: context.setting(f"odata_{name}") for name in ("number", "status", "status_at")}
        self._fields = Fields(str(context.settings.get("odata_fields") or ""))
        self._posts = context.setting("odata_post") != UNPOSTED
        self._zone, self._map = zone_of(context), context.mapping("statuses")

    # --- Orders, Preview, Tracking ------------------------------------------------------------------------------------

    def find(self, number: str) -> OrderState | None:
        """A document that is not posted is half-written: `create` completes it."""
        rows = self._named(number)
        there = next((row for row in rows if self._whole(row)), None)
        marked = next((row for row in rows if row.get("DeletionMark") is True), None)
        found = there or (marked if not any(self._half(row) for row in rows) else None)
        return self._state(found) if found else None

    def _named(self, number: str) -> list[Row]:
        self._require()
        rows = self._client.rows(self._entity, "requests.find", where=f"{self._names['number']} eq {text(number)}")
        if any(not is_key(row.get("Ref_Key")) or row.get(self._names["number"]) != number for row in rows):
            raise Unavailable("requests.find: other documents")
        return rows

    def _whole(self, row: Row) -> bool:
        return row.get("DeletionMark") is not True and (row.get("Posted") is True or not self._posts)

    def _half(self, row: Row) -> bool:
        return row.get("DeletionMark") is not True and not self._whole(row)

    def create(self, request: ShipmentRequest) -> OrderState:
        """Looked up first (§5: nothing else keeps it from being made twice), written, posted."""
        body = self.preview(request).body
        rows = self._named(request.number)
        if there := next((row for row in rows if self._whole(row)), None):
            state = self._state(there)
            if is_ours(request, state):
                return state
            raise Refused([Problem("number_taken", Field.NUMBER, Who.WAYBILL)])
        half = next((row for row in rows if self._half(row)), None)
        if half is None:
            row = self._client.create(self._entity, body, "requests.create")
        else:
            row = self._client.patch(self._entity, guid(str(half["Ref_Key"])), body, "requests.rewrite")
        key = str(row.get("Ref_Key"))
        if not is_key(key):
            raise Uncertain("requests.create: an answer without a reference")
        return self._state(self._posted(key)) if self._posts else self._state(row)

    def _posted(self, key: str) -> Row:
        try:
            row = self._client.post(self._entity, key, "requests.post")
        except Refused:
            # Nobody wants a document that cannot be posted; where deleting is not allowed the next attempt rewrites it.
            with suppress(LogisticsError):
                self._client.delete(self._entity, key, "requests.drop")
            raise
        if row.get("Posted") is not True or not is_key(row.get("Ref_Key")):
            raise Uncertain("requests.post: an answer without a posted document")
        return row

    def preview(self, request: ShipmentRequest) -> Outgoing:
        self._require()
        document, sender = build_request(request, self._terms)
        now = self._context.clock.now().astimezone(self._zone)
        body = {"Date": moment(now), self._names["number"]: request.number, **self._fields.build(document)}
        return Outgoing("POST", self._client.line.address(self._entity), body, sender)

    def read(self, remote_id: str) -> OrderState:
        self._require()
        row = self._client.one(self._entity, remote_id, "requests.read") if is_key(remote_id) else None
        return OrderState(remote_id, gone=True) if row is None else self._state(row)

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        """The feed says which have changed, twenty a call: only those are asked for here."""
        return readable(remote_ids, 1, lambda some: map(self.read, some))

    def _state(self, row: Row) -> OrderState:
        return parse_task(row, self._fields, self._names, self._map, self._zone)

    # --- Feed: what is under way is asked for by number, twenty a call ------------------------------------------------

    @property
    def feed_key(self) -> str:
        return f"{self._client.line.base}|{self._entity}|{self._context.setting('login').casefold()}"

    def pull(self, cursor: str, watched: Callable[[], Sequence[str]]) -> FeedPage:
        self._require()
        rows: list[Row] = []
        select = ("Ref_Key", "Number", "DeletionMark", self._names["status"])
        for part in portions([number for number in watched() if number], MOST_OR):
            where = any_of("Number", map(text, part))
            rows += self._client.rows(self._entity, "requests.changed", where=where, select=select)
        return parse_statuses(rows, self._names["status"], cursor)

    def confirm(self, receipt: str) -> None:
        """Nothing to confirm."""

    # --- Cancels; what such a base cannot do --------------------------------------------------------------------------

    def cancel(self, remote_id: str) -> OrderState:
        """By a mark for deletion, if the admin allowed it (§8), while nobody works on it."""
        state = self.read(remote_id)
        if state.gone or state.cancel is Decision.ACCEPTED:
            return OrderState(remote_id, state.number, state.decision, gone=state.gone, cancel=Decision.ACCEPTED)
        if state.events[-1].status is not Status.CREATED:
            raise Refused([Problem("too_late_to_cancel", Field.ORDER, Who.MANAGER, state.events[-1].code)])
        if self._context.setting("odata_cancel") != MARK:
            raise Refused([BY_HAND])
        row = self._client.patch(self._entity, guid(remote_id), {"DeletionMark": True}, "requests.cancel")
        if row.get("DeletionMark") is not True:
            raise Uncertain("requests.cancel: an answer without a mark")
        return self._state(row)

    def create_return(self, request: ReturnRequest) -> OrderState:  # noqa: ARG002 - the port's shape
        raise Refused([BY_HAND])

    def find_return(self, number: str) -> OrderState | None:  # noqa: ARG002 - the port's shape
        return None

    def read_return(self, remote_id: str) -> OrderState:
        return OrderState(remote_id, gone=True)

    # --- Lists, ConnectionTest ----------------------------------------------------------------------------------------

    def options(self, name: str) -> list[Option]:
        """The statuses that documents of the base have, newest words of theirs unknown to us included."""
        if name != "statuses":
            return []
        self._require()
        status = self._names["status"]
        rows = self._client.rows(self._entity, "lists.statuses", select=(status,), top=MOST_OPTIONS)
        raws = dict.fromkeys(str(row[status]) for row in rows if row.get(status))
        return [Option(raw, raw, PROPOSED.get(raw.casefold(), "")) for raw in raws]

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:
        """Settings; `$metadata`, which wants the password; whether object and attributes are published; the sender."""
        sets: dict[str, frozenset[str]] = {}
        checks: list[tuple[str, Callable[[], Found | None]]] = [
            ("settings", self._test_settings),
            ("sign_in", lambda: sets.update(self._client.published(self._needed()))),
            ("access", lambda: self._test_published(sets)),
            ("sender", lambda: check_start(sender, self._terms)),
        ]
        return run_checks(checks)

    def _needed(self) -> dict[str, set[str]]:
        needed = self._fields.needed(self._entity)
        needed[self._entity] |= {name for name in self._names.values() if name}
        return needed

    def _test_published(self, sets: dict[str, frozenset[str]]) -> Found:
        """Without the attribute of our number a document could be made twice: it must be there."""
        missing: list[str] = []
        for name, props in self._needed().items():
            missing += [f"{name}.{each}" for each in sorted(props - sets[name])] if name in sets else [name]
        if missing:
            raise Refused([no_object(", ".join(missing))])
        self._named("-")
        return "", {"n": str(sum(map(len, self._needed().values())))}

    def _require(self) -> None:
        """Raises AccountProblem: without its names nothing can be asked for."""
        if self._fields.strange:
            raise AccountProblem(no_object("; ".join(self._fields.strange)[:300]))
        if not self._entity or not self._names["number"] or not self._names["status"] or not self._fields.lines:
            raise AccountProblem(Problem("account_missing", Field.ACCOUNT, Who.ADMIN))

    def _test_settings(self) -> None:
        needs_settings(self._manifest, self._context)
        self._require()
