"""`PortalClient`: calls to one portal, by JSON POST, one HTTP request per `call` or `batch` (bitrix24-app.md §3).

Every request is charged to the portal's rate budget and checked against its execution-time ledger before it leaves.
A token that ran out is refreshed (a dead one replaced) and the call replayed; a portal that moved is followed once.
Nothing else is repeated here: NotSent may be repeated by the caller, OutcomeUnknown only if the call is a read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from b24app.bitrix24.encoding import BATCH_MOST, Command, plain
from b24app.bitrix24.envelope import BatchAnswer, Envelope, open_answer, open_batch, operating_times
from b24app.bitrix24.errors import Kind, RestError
from b24app.bitrix24.oauth import OAuthRefused, OAuthServer
from b24app.bitrix24.renames import in_cloud, new_endpoint, origin_of
from b24app.bitrix24.tokens import Access, TokenSource
from b24app.wire.budget import Budgets, Rate, RateBudget
from b24app.wire.errors import NotSent, OutcomeUnknown, Why
from b24app.wire.http import Answer, Call, Http, Limits, RemoteKey
from b24app.wire.ledger import OperatingLedger
from b24app.wire.retry import should_retry

#: The cloud cuts a request at 60 s: we wait a little longer to learn what happened.
LIMITS = Limits(connect_s=5, read_s=65, total_s=70)
#: For somebody who looks at the screen.
PEOPLE_LIMITS = Limits(connect_s=3, read_s=15, total_s=20)
PEOPLE_PATIENCE_S = 2.0
#: The bucket of every plan but Enterprise (250, 5).
COMMON_RATE = Rate(50, 2)
#: A read of several requests waits for its budget here: given back half-way, it would start over and never end.
READ_PATIENCE_S = 3.0
#: `OVERLOAD_LIMIT` is set by hand at the vendor's: asking again soon is useless.
OVERLOAD_WAIT_S = 3600.0


@dataclass(frozen=True, slots=True)
class PortalAddress:
    """Where a portal is. `client_endpoint` ends with `/rest/`; `rate` is its plan's bucket."""

    portal_id: int
    member_id: str
    client_endpoint: str
    oauth_endpoint: str
    rate: Rate = COMMON_RATE


class AddressBook(Protocol):
    """Told when a portal has a new address."""

    def moved(self, portal_id: int, client_endpoint: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Services:
    """What all clients of a process share."""

    http: Http
    oauth: OAuthServer
    budgets: Budgets
    ledger: OperatingLedger
    book: AddressBook
    limits: Limits = LIMITS
    people_limits: Limits = PEOPLE_LIMITS


@dataclass(frozen=True, slots=True)
class _Way:
    """How one request is to be sent."""

    people: bool = False
    send_by: float | None = None
    patience_s: float = 0.0
    safe: bool = False
    label: str = ""


@dataclass(slots=True)
class _Spent:
    """What may be done once per request."""

    refreshed: bool = False
    replaced: bool = False
    moved: bool = False
    repeated: bool = False


class PortalClient:
    """Calls to one portal with one token source. Cheap to make; may be shared by threads."""

    def __init__(self, address: PortalAddress, tokens: TokenSource, services: Services) -> None:
        self._address = address
        self._tokens = tokens
        self._services = services
        self._budget: RateBudget = services.budgets.portal(address.member_id, address.rate)

    @property
    def address(self) -> PortalAddress:
        """The address as it is now: a rename changes it."""
        return self._address

    def with_tokens(self, tokens: TokenSource) -> PortalClient:
        """The same portal, spoken to as somebody else."""
        return PortalClient(self._address, tokens, self._services)

    def call(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        *,
        people: bool = False,
        send_by: float | None = None,
        patience_s: float | None = None,
        safe: bool = False,
    ) -> Envelope:
        """One method. Raises RestError, NoToken, NotSent (see `retry_after`), OutcomeUnknown.

        `safe`: a read; then one lost connection is tried again. `patience_s`: how long to wait for budget here (people
        default to 2 s, background to none: give the slice back instead).
        """
        way = _way(people, send_by, patience_s, safe, method)
        self._wait_operating([method])
        envelope = self._request(method, dict(params or {}), way)
        self._learn(envelope, method, ())
        return envelope

    def batch(
        self,
        commands: Sequence[Command],
        *,
        halt: bool = False,
        people: bool = False,
        send_by: float | None = None,
        patience_s: float | None = None,
        safe: bool = False,
    ) -> BatchAnswer:
        """Up to 50 commands in one HTTP request, in order. Every command has its own result or RestError.

        Commands of a method whose execution time is used up are not sent and get `OPERATION_TIME_LIMIT` with
        `retry_after`. Raises as `call` for the request as a whole; ValueError for more than 50 or keys used twice.
        """
        _check(commands)
        self._wait_operating(["batch"])
        blocked = self._blocked(commands)
        going = [command for command in commands if command.key not in blocked]
        if not going or (halt and blocked):
            return BatchAnswer({}, {command.key: blocked.get(command.key) or _held(command) for command in commands})
        way = _way(people, send_by, patience_s, safe, _label(going))
        lines = {command.key: command.line for command in going}
        envelope = self._request("batch", {"halt": int(halt), "cmd": lines}, way)
        self._learn(envelope, "batch", going)
        return self._completed(open_batch(envelope, going), blocked)

    def read_all(self, commands: Sequence[Command], *, people: bool = False) -> BatchAnswer:
        """Independent reads, any number: as few batches as possible. References must not reach over 50 commands."""
        answer = BatchAnswer({}, {})
        for start in range(0, len(commands), BATCH_MOST):
            some = commands[start : start + BATCH_MOST]
            answer = answer.merged(self.batch(some, people=people, safe=True, patience_s=READ_PATIENCE_S))
        return answer

    def _request(self, method: str, params: dict[str, Any], way: _Way) -> Envelope:
        """One request, with at most one refresh, one move and one repeat."""
        spent = _Spent()
        access = self._tokens.current()
        while True:
            try:
                answer = self._post(method, params, access, way)
                if answer.status // 100 == 3:
                    self._follow(answer, access, spent)
                    continue
                return open_answer(answer, method)
            except RestError as error:
                access = self._after_refusal(error, method, access, way, spent)
            except OutcomeUnknown as error:
                again = error.why is Why.RESET and should_retry(error, 1 + spent.repeated, most=2, safe=way.safe)
                if not again:
                    raise
                spent.repeated = True

    def _post(self, method: str, params: dict[str, Any], access: Access, way: _Way) -> Answer:
        services = self._services
        body = {key: plain(value) for key, value in params.items()} | {"auth": access.value}
        return services.http.send(
            Call(
                remote=RemoteKey("portal", self._address.member_id),
                verb="POST",
                url=self._address.client_endpoint + method,
                label=way.label,
                limits=services.people_limits if way.people else services.limits,
                json=body,
                people=way.people,
                patience_s=way.patience_s,
                send_by=way.send_by,
                budget=self._budget,
            )
        )

    def _after_refusal(self, error: RestError, method: str, access: Access, way: _Way, spent: _Spent) -> Access:
        """The token to go on with; otherwise the error, with how long to wait."""
        if error.kind is Kind.TOKEN and not spent.refreshed:
            spent.refreshed = True
            return self._tokens.refreshed(access)
        if error.kind is Kind.TOKEN_DEAD and not spent.replaced:
            spent.replaced = True
            other = self._tokens.instead(access, error.code.lower())
            if other is not None:
                return other
        if error.kind is Kind.RATE:
            self._budget.exhausted()
            error.retry_after = error.retry_after or 1.0 / self._address.rate.drain
            if way.patience_s and not spent.repeated:
                spent.repeated = True
                return access
        if error.kind is Kind.OPERATING:
            error.retry_after = self._services.ledger.refused(self._address.member_id, method, error.retry_after)
        if error.kind is Kind.OVERLOAD:
            error.retry_after = error.retry_after or OVERLOAD_WAIT_S
        raise error

    def _follow(self, answer: Answer, access: Access, spent: _Spent) -> None:
        """A renamed portal answers 302 (bitrix24-app.md §2.7): go there once, if it is really the same portal."""
        services = self._services
        endpoint = new_endpoint(answer.headers.get("location", ""), self._address.client_endpoint)
        if endpoint is None or spent.moved:
            raise OutcomeUnknown(Why.BAD_ANSWER, f"HTTP {answer.status} that leads nowhere")
        if not self._confirmed(endpoint, access):
            raise RestError("PORTAL_MOVED", f"to {origin_of(endpoint)}, which the OAuth server does not confirm")
        spent.moved = True
        self._address = replace(self._address, client_endpoint=endpoint)
        services.book.moved(self._address.portal_id, endpoint)

    def _confirmed(self, endpoint: str, access: Access) -> bool:
        """A token is only sent where the OAuth server knows this portal, or to a host of the vendor's cloud."""
        try:
            info = self._services.oauth.app_info(self._address.oauth_endpoint, access.value)
        except OAuthRefused:
            return False
        if info.member_id != self._address.member_id:
            return False
        return origin_of(info.client_endpoint) == origin_of(endpoint) or in_cloud(endpoint)

    def _wait_operating(self, methods: Sequence[str]) -> None:
        wait = self._services.ledger.wait(self._address.member_id, methods)
        if wait > 0:
            raise NotSent(Why.BUDGET, f"execution time of {', '.join(methods)} is used up", retry_after=wait)

    def _blocked(self, commands: Sequence[Command]) -> dict[str, RestError]:
        waits = {
            method: self._services.ledger.wait(self._address.member_id, [method])
            for method in {command.method for command in commands}
        }
        return {
            command.key: RestError(
                "OPERATION_TIME_LIMIT", "not sent: used up", command.method, retry_after=waits[command.method]
            )
            for command in commands
            if waits[command.method] > 0
        }

    def _learn(self, envelope: Envelope, method: str, commands: Sequence[Command]) -> None:
        for entry in operating_times(envelope, method, commands):
            self._services.ledger.note(self._address.member_id, entry.method, entry.used_s, entry.resets_in_s)

    def _completed(self, answer: BatchAnswer, blocked: Mapping[str, RestError]) -> BatchAnswer:
        """Tell the ledger what the portal refused inside the batch, and add what was held back here."""
        refused = {error.method for error in answer.errors.values() if error.kind is Kind.OPERATING}
        waits = {method: self._services.ledger.refused(self._address.member_id, method) for method in refused}
        for error in answer.errors.values():
            if error.method in waits and error.kind is Kind.OPERATING:
                error.retry_after = waits[error.method]
        return BatchAnswer(answer.results, {**answer.errors, **blocked}, answer.totals, answer.nexts)


def _way(people: bool, send_by: float | None, patience_s: float | None, safe: bool, label: str) -> _Way:
    patience = patience_s if patience_s is not None else PEOPLE_PATIENCE_S if people else 0.0
    return _Way(people, send_by, patience, safe, label)


def _check(commands: Sequence[Command]) -> None:
    if not 0 < len(commands) <= BATCH_MOST:
        raise ValueError(f"a batch holds 1 to {BATCH_MOST} commands, not {len(commands)}")
    if len({command.key for command in commands}) != len(commands):
        raise ValueError("a batch with two commands of one key")


def _held(command: Command) -> RestError:
    return RestError("WAYBILL_NOT_RUN", "not sent: another command of the batch was held back", command.method)


def _label(commands: Sequence[Command]) -> str:
    counts = Counter(command.method for command in commands)
    return "batch: " + " ".join(f"{method}×{count}" for method, count in counts.items())
