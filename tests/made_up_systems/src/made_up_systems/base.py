"""What the five have in common: where they are, who we are, and what a failed call means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from b24app.logistics.errors import AccountProblem, LogisticsError, Refused, Unavailable, problem_in
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.ports import TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, SettingField
from b24app.wire.errors import WireError
from b24app.wire.http import Answer, Call, Limits, NotJson

Titles = Mapping[str, str]
#: A price of theirs may take half a minute: it is the page that does not wait so long.
LIMITS = Limits(connect_s=3.0, read_s=40.0, total_s=40.0)
FORM = (
    SettingField("address", {"ru": "Адрес сервера", "en": "Server's address"}, kind="url", required=True),
    SettingField("key", {"ru": "Ключ", "en": "Key"}, kind="secret", required=True),
)


def manifest(
    code: str, title: Titles, services: Sequence[tuple[str, Titles]], ports: Sequence[str] = (), **limits: Any
) -> Manifest:
    """The customer says where the server is, so both modes have the same (empty) address of their own."""
    return Manifest(
        code=code,
        title=title,
        kind="carrier",
        ports=("Quotes", "Offers", "ConnectionTest", *ports),
        limits=limits,
        settings_form=FORM,
        rate=RatePolicy(per_second=20, concurrency=6),
        base_urls={"live": "", "test": ""},
        services=tuple(services),
        test_steps=("settings", "call"),
    )


class Line:
    """The wire to one account."""

    def __init__(self, context: OpenContext) -> None:
        self._context = context
        self._base = context.base_url
        self.key = str(context.settings.get("key", ""))

    def send(self, verb: str, path: str, label: str, **what: Any) -> Any:
        """Their JSON, of an answer below 500. Raises Unavailable, AccountProblem."""
        call = Call(
            remote=self._context.remote_key,
            verb=verb,
            url=f"{self._base}/{path}",
            label=label,
            limits=LIMITS,
            trace_id=self._context.trace or "",
            patience_s=2.0,
            budget=self._context.budget,
            people=True,
            **what,
        )
        try:
            answer: Answer = self._context.http.send(call)
            found = answer.json()
        except (WireError, NotJson) as error:
            raise Unavailable(f"{label}: {error}") from error
        if answer.status == 401:
            raise AccountProblem(Problem("account_refused", Field.ACCOUNT, Who.ADMIN, str(answer.status)))
        if answer.status >= 500:
            raise Unavailable(f"{label}: HTTP {answer.status}")
        return found


def test_steps(line: Line, call: Callable[[], object]) -> Iterator[TestStep]:
    """The port ConnectionTest over one harmless call."""
    yield TestStep("settings", bool(line.key))
    try:
        call()
    except LogisticsError as error:
        yield TestStep("call", False, problem_in(error), str(error))
        return
    yield TestStep("call", True)


def place(request: ShipmentRequest) -> str:
    """The town, as far as it is known. Raises Refused for a pickup point: they have none."""
    if request.address is None:
        raise refuse("point_unknown", Field.POINT, "", "", point=request.point_code or "")
    return next(iter(request.address.city_names), request.address.text)


def refuse(code: str, field: Field, their_code: str, their_text: str, **params: Any) -> Refused:
    """Our words for their refusal, theirs beside."""
    return Refused([Problem(code, field, Who.MANAGER, their_code, their_text, params)])


@dataclass(frozen=True)
class Plugin:
    """Opens accounts of one system by its class of ports."""

    manifest: Manifest
    ports: Callable[[OpenContext], Any]

    def open(self, context: OpenContext) -> Any:
        return self.ports(context)
