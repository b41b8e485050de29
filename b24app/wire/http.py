"""`Http.send(Call) -> Answer`: one attempt of one call, under its limits, its budget and its remote's circuit."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from contextlib import closing
from typing import IO
from urllib.parse import urlsplit

import requests
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import InvalidHeader, InvalidJSONError, InvalidSchema, InvalidURL, MissingSchema
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError

from b24app.clock import Clock
from b24app.wire.calls import Answer, Budget, Call, Grant, Limits, RemoteKey
from b24app.wire.circuit import Circuits
from b24app.wire.connections import under
from b24app.wire.deadline import send_by
from b24app.wire.errors import NotJson, NotSent, OutcomeUnknown, Why, WireError
from b24app.wire.guard import Guard
from b24app.wire.log import CallLog, CallRecord
from b24app.wire.mask import excerpt, mask_text, mask_url
from b24app.wire.sessions import Sessions
from b24app.wire.trace import current_trace
from b24app.wire.watchdog import Exchange, Watchdog

__all__ = [
    "Answer",
    "Budget",
    "Call",
    "Grant",
    "Http",
    "Limits",
    "NotJson",
    "NotSent",
    "OutcomeUnknown",
    "RemoteKey",
    "Why",
]

USER_AGENT = "Waybill/0.1"
CHUNK = 64 * 1024
UNWRITABLE = "a key or a value that cannot be written into a request"


class Http:
    """Shared by all threads of a process. Follows no redirects, keeps no cookies, reads no proxy settings.

    `log` gets a record of every attempt, `circuits` may be None (no circuit). `sleep` serves only `Call.patience_s`.
    """

    def __init__(
        self,
        clock: Clock,
        log: CallLog,
        guard: Guard | None = None,
        circuits: Circuits | None = None,
        sleep: Callable[[float], None] = time.sleep,
        pools: int = 64,
        pool_size: int = 32,
    ) -> None:
        self._clock = clock
        self._log = log
        self._guard = guard or Guard()
        self._circuits = circuits
        self._sleep = sleep
        self._watchdog = Watchdog()
        self._sessions = Sessions(self._guard, pools, pool_size)
        self._session = self._sessions.of("")

    def send(self, call: Call) -> Answer:
        """The answer, of any status. Raises NotSent or OutcomeUnknown; each way out leaves one record in the log."""
        request, wrong = self._prepare(call)
        began = time.monotonic()
        answer: Answer | None = None
        error: WireError | None = None
        try:
            if wrong:
                raise NotSent(Why.GUARD, wrong)
            answer = self._admitted(call, request, began)
            return answer
        except WireError as failed:
            error = failed
            raise
        finally:
            self._log.record(self._record(call, request, answer, error, time.monotonic() - began))

    def trusting(self, authorities: str) -> Http:
        """The same door for calls that also trust these authorities (PEM text; "" = none but the public ones): the same
        guard, limits, circuits and log, connections of their own. Raises ValueError for a text that holds none."""
        if not authorities:
            return self
        other = copy.copy(self)
        other._session = self._sessions.of(authorities)
        return other

    def close(self) -> None:
        """Drop all idle connections, also those of `trusting`."""
        self._sessions.close()

    def _prepare(self, call: Call) -> tuple[requests.PreparedRequest, str]:
        """The request, and why it cannot be sent at all."""
        headers = {"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "gzip", **call.headers}
        request = requests.Request(
            call.verb,
            call.url,
            headers,
            data=call.form if call.body is None else call.body,
            json=call.json,
            params=call.params,
        )
        try:
            prepared = self._session.prepare_request(request)
            return prepared, "" if _in_signs_of_headers(prepared) else UNWRITABLE
        except (InvalidURL, MissingSchema, InvalidSchema):
            wrong = "unreadable address"
        except (InvalidHeader, InvalidJSONError):  # a line end in a key, a number that is none
            wrong = UNWRITABLE
        blank = requests.PreparedRequest()
        blank.method, blank.headers = call.verb, CaseInsensitiveDict()
        return blank, wrong

    def _admitted(self, call: Call, request: requests.PreparedRequest, began: float) -> Answer:
        """Guard, circuit, budget, then the exchange; the circuit learns how the remote behaved."""
        # As it was asked for, and as requests reads it: an address that means two things is none.
        for url in {call.url, request.url or ""}:
            self._guard.check_url(url)
        if self._circuits is not None:
            self._circuits.check(str(call.remote))
        self._take(call)
        try:
            answer = self._exchange(call, request, began)
        except WireError as error:
            self._judge(call, alive=None if error.why in (Why.DEADLINE, Why.GUARD) else False)
            raise
        finally:
            if call.budget is not None:
                call.budget.give_back()
        self._judge(call, alive=answer.status < 500 or answer.is_json)
        return answer

    def leaves_alone(self, remote: RemoteKey) -> bool:
        """Whether nothing is sent to this remote just now, because it did not answer."""
        return self._circuits is not None and self._circuits.peek(str(remote)) is not None

    def _judge(self, call: Call, alive: bool | None) -> None:
        if self._circuits is not None and alive is not None:
            self._circuits.note(str(call.remote), alive)

    def _take(self, call: Call) -> None:
        """Wait for budget within the call's patience, else say how long it would take."""
        if call.budget is None:
            return
        patience = call.patience_s
        while True:
            grant = call.budget.take(call.people)
            if grant.granted:
                return
            if grant.wait_s > patience:
                raise NotSent(Why.BUDGET, f"wait {grant.wait_s:.2f} s", retry_after=grant.wait_s)
            patience -= grant.wait_s
            self._sleep(grant.wait_s)

    def _exchange(self, call: Call, request: requests.PreparedRequest, began: float) -> Answer:
        self._check_send_by(call)
        exchange = Exchange(time.monotonic() + call.limits.total_s)
        under.exchange = exchange
        under.before_first_byte = lambda: self._check_send_by(call)
        self._watchdog.watch(exchange)
        try:
            return self._roundtrip(call, request, exchange, began)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise _as_wire_error(error, exchange) from error
        finally:
            exchange.finish()
            under.exchange = under.before_first_byte = None

    def _roundtrip(self, call: Call, request: requests.PreparedRequest, exchange: Exchange, began: float) -> Answer:
        limits = call.limits
        timeout = (limits.connect_s, limits.read_s)
        response = self._session.send(request, stream=True, timeout=timeout, allow_redirects=False)
        with closing(response):
            sink = call.sink if response.status_code == 200 else None
            body = _read(response, limits.max_bytes, sink)
        if exchange.expired:
            raise OutcomeUnknown(Why.TOTAL_LIMIT, f"no whole answer within {limits.total_s:g} s")
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, body, (time.monotonic() - began) * 1000)

    def _check_send_by(self, call: Call) -> None:
        limit = send_by(call.send_by)
        if limit is not None and self._clock.monotonic() >= limit:
            raise NotSent(Why.DEADLINE, "too late to begin")

    def _record(
        self,
        call: Call,
        request: requests.PreparedRequest,
        answer: Answer | None,
        error: WireError | None,
        seconds: float,
    ) -> CallRecord:
        sent = request.body if isinstance(request.body, bytes) else (request.body or "").encode()
        unknown = answer is None and not isinstance(error, NotSent)
        return CallRecord(
            at=self._clock.now(),
            trace_id=call.trace_id or current_trace(),
            remote=str(call.remote),
            label=call.label,
            verb=call.verb,
            url=mask_url(request.url or call.url),
            outcome="answered" if answer else "unknown" if unknown else "not_sent",
            why=mask_text(str(error)) if error else "",
            status=answer.status if answer else 0,
            ms=round(seconds * 1000, 1),
            bytes_out=len(sent),
            bytes_in=len(answer.body) if answer else 0,
            people=call.people,
            sent=excerpt(sent, str(request.headers.get("content-type", ""))),
            got=excerpt(answer.body, answer.headers.get("content-type", "")) if answer else "",
        )


def _in_signs_of_headers(request: requests.PreparedRequest) -> bool:
    """A key that was typed with a letter of another alphabet is not."""
    try:
        "".join(request.headers.values()).encode("latin-1")
    except UnicodeError:
        return False
    return True


def _read(response: requests.Response, max_bytes: int, sink: IO[bytes] | None) -> bytes:
    """The decoded body, or nothing of what went into `sink`. Raises OutcomeUnknown for one that is too large: a packed
    bomb must not fill the memory."""
    parts: list[bytes] = []
    size = 0
    for part in response.iter_content(CHUNK):
        size += len(part)
        if size > max_bytes:
            raise OutcomeUnknown(Why.TOO_LARGE, f"more than {max_bytes} bytes")
        if sink is None:
            parts.append(part)
        else:
            sink.write(part)
    return b"".join(parts)


def _as_wire_error(error: Exception, exchange: Exchange) -> WireError:
    """Whether anything may have left is asked of the exchange, never guessed from the kind of the error."""
    why = Why.TOTAL_LIMIT if exchange.expired else _why(error)
    detail = mask_text(f"{type(error).__name__}: {_host_only(error)}")
    return OutcomeUnknown(why, detail) if exchange.started else NotSent(why, detail)


def _why(error: Exception) -> Why:
    if isinstance(error, requests.exceptions.SSLError):
        return Why.TLS
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Why.CONNECT
    if isinstance(error, requests.exceptions.ReadTimeout | TimeoutError):
        return Why.READ_TIMEOUT
    reason = _reason(error)
    if isinstance(reason, NameResolutionError):
        return Why.DNS
    if isinstance(reason, NewConnectionError):
        return Why.CONNECT
    if "timed out" in str(error):
        return Why.READ_TIMEOUT
    return Why.RESET


def _reason(error: Exception) -> object:
    inner = error.args[0] if isinstance(error, RequestsConnectionError) and error.args else error
    return getattr(inner, "reason", inner)


def _host_only(error: Exception) -> str:
    """requests puts whole URLs into its messages: keep what went wrong, not where."""
    reason = _reason(error)
    text = str(reason) if reason is not error else str(error)
    url = getattr(getattr(error, "request", None), "url", None)
    return text.replace(urlsplit(url).query, "…") if url and urlsplit(url).query else text
