"""Notices to subscribers (§7): unsigned, a reference to what changed, 1500 ms to answer, three more tries at once."""

from __future__ import annotations

import json
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

from sandbox.kernel.push import Push, Result
from sandbox.moysklad.data.fields import WRITTEN
from sandbox.moysklad.errors import Refused
from sandbox.moysklad.model import Base, Entity, User

from .view import API, meta, shown_time

if TYPE_CHECKING:
    from sandbox.moysklad.core import MoySklad

_ACTIONS = ("CREATE", "UPDATE", "DELETE", "PROCESSED")
_SET = ("url", "action", "entityType", "diffType", "enabled")
_TIMEOUT, _ATTEMPTS = 1.5, 4
_STOCK_EVERY = 60.0


def subscribe(sklad: MoySklad, base: Base, user: User, body: Any, old: Entity | None = None) -> Entity:
    """Make or change one. Raises Refused."""
    _may(sklad, user)
    if not isinstance(body, dict):
        raise Refused(2009)
    known = {"url", "action", "entityType", "diffType", "enabled", "method", "meta", "id", "accountId"}
    if strange := set(body) - known:
        raise Refused(1007, min(strange), parameter=min(strange))
    data = {"enabled": True, "method": "POST", **(old.data if old else {}),
            **{name: body[name] for name in _SET if name in body}}  # fmt: skip
    for name in ("url", "action", "entityType"):
        if not data.get(name):
            raise Refused(3000, name)
    if len(data["url"]) > 255:
        raise Refused(30010)
    if data["action"] not in _ACTIONS:
        raise Refused(3005, "action", data["action"], ", ".join(_ACTIONS))
    if data["entityType"] not in WRITTEN:
        raise Refused(1005, data["entityType"], parameter="entityType")
    if data.get("diffType") not in (None, "NONE", "FIELDS"):
        raise Refused(3005, "diffType", data["diffType"], "NONE, FIELDS")
    if data.get("diffType") and data["action"] != "UPDATE":
        raise Refused(30009)
    same = [each for each in base.of("webhook").values() if each is not old
            and (each.get("entityType"), each.get("action")) == (data["entityType"], data["action"])]  # fmt: skip
    if any(each.get("url") == data["url"] for each in same):
        raise Refused(30003)
    if old is None and len([each for each in same if each.get("owner") == user.login]) >= (
        1 if user.is_solution else 5
    ):
        raise Refused(30007, data["entityType"], data["action"])
    return _keep(sklad, base, "webhook", {**data, "owner": data.get("owner", user.login)}, old)


def subscribe_stock(sklad: MoySklad, base: Base, user: User, body: Any, old: Entity | None = None) -> Entity:
    """Raises Refused."""
    _may(sklad, user)
    if not isinstance(body, dict):
        raise Refused(2009)
    data = {"enabled": True, **(old.data if old else {}),
            **{name: body[name] for name in ("url", "stockType", "reportType", "enabled") if name in body}}  # fmt: skip
    for name, allowed in (("url", ()), ("stockType", ("stock",)), ("reportType", ("all", "bystore"))):
        if not data.get(name):
            raise Refused(3000, name)
        if allowed and data[name] not in allowed:
            raise Refused(3005, name, data[name], ", ".join(allowed))
    if len(data["url"]) > 255:
        raise Refused(30010)
    if any(each.get("url") == data["url"] for each in base.of("webhookstock").values() if each is not old):
        raise Refused(30003)
    return _keep(sklad, base, "webhookstock", data, old)


def unsubscribe(sklad: MoySklad, base: Base, user: User, kind: str, identifier: str) -> None:
    """Raises Refused."""
    _may(sklad, user)
    if identifier not in base.of(kind):
        raise Refused(1021, kind, identifier)
    del base.of(kind)[identifier]


def _may(sklad: MoySklad, user: User) -> None:
    if not sklad.switches.webhooks:
        raise Refused(30006)
    if not user.admin:
        raise Refused(30004)


def _keep(sklad: MoySklad, base: Base, kind: str, data: dict[str, Any], old: Entity | None) -> Entity:
    if old is not None:
        old.data = data
        return old
    made = Entity(kind, sklad.new_id(), base.id, sklad.time(), sklad.time(), data)
    base.of(kind)[made.id] = made
    sklad.note("webhook.subscribed", data["url"], type=kind, account=base.code)
    return made


def shown(host: str, entity: Entity) -> dict[str, Any]:
    """A subscription as its answers show it."""
    link = meta(host, entity.type, entity.id)
    data = {name: value for name, value in entity.data.items() if value is not None and name != "owner"}
    return {"meta": link, "id": entity.id, "accountId": entity.account, **data}


def tell(sklad: MoySklad, base: Base, entity: Entity, action: str, names: tuple[str, ...], who: str,
         quiet: tuple[str, ...] = ()) -> None:  # fmt: skip
    """Send what happened to whoever asked for it, unless its address begins with a prefix in ``quiet``."""
    for hook in base.of("webhook").values():
        wanted = (hook.get("entityType"), hook.get("action"))
        if not hook.get("enabled") or wanted != (entity.type, action) or hook.get("url").startswith(quiet or ("\0",)):
            continue
        event: dict[str, Any] = {"meta": meta(sklad.base_url, entity.type, entity.id), "action": action,
                                 "accountId": base.id}  # fmt: skip
        event["meta"] = {name: event["meta"][name] for name in ("type", "href")}
        if hook.get("diffType") == "FIELDS":
            event["updatedFields"] = sorted(names)
        audit = {"type": "audit", "href": f"{sklad.base_url}{API}/audit/{uuid.UUID(int=sklad.rng.getrandbits(128))}"}
        context = {"meta": audit, "moment": shown_time(sklad.time())[:19], "uid": who}
        _send(sklad, hook.get("url"), {"auditContext": context, "events": [event]}, entity.name)


def _send(sklad: MoySklad, url: str, body: Any, key: str) -> None:
    switches, request = sklad.switches, str(uuid.UUID(int=sklad.rng.getrandbits(128)))
    if sklad.rng.random() < switches.webhook_drop:
        sklad.note("webhook.dropped", key, url=url)
        return
    times = 2 if sklad.rng.random() < switches.webhook_double else 1
    address = f"{url}{'&' if '?' in url else '?'}requestId={request}"
    for _ in range(times):
        _attempt(sklad, address, json.dumps(body, ensure_ascii=False).encode(), key, 1)


def _attempt(sklad: MoySklad, address: str, body: bytes, key: str, attempt: int) -> None:
    def done(result: Result) -> None:
        if result.status in (200, 204):
            sklad.note("webhook.sent", key, url=address, status=result.status, attempt=attempt)
        elif attempt < _ATTEMPTS:
            _attempt(sklad, address, body, key, attempt + 1)
        else:
            sklad.note("webhook.failed", key, url=address, status=result.status, error=result.error)

    sklad.pusher.send(Push(address, body, {"Content-Type": "application/json"}, _TIMEOUT, done))


def tell_stock(sklad: MoySklad, base: Base) -> None:
    """Stock moved: subscribers hear of it a minute later, once for all that moved meanwhile."""
    if base.counters.get("stock.due") or not any(hook.get("enabled") for hook in base.of("webhookstock").values()):
        return
    base.counters["stock.due"] = 1
    sklad.after(_STOCK_EVERY, partial(_stock_due, sklad, base.code, shown_time(sklad.time())[:19]))


def _stock_due(sklad: MoySklad, code: str, since: str) -> None:
    base = sklad.bases[code]
    base.counters["stock.due"] = 0
    for hook in base.of("webhookstock").values():
        if hook.get("enabled"):
            report = f"{sklad.base_url}{API}/report/stock/{hook.get('reportType')}/current?changedSince={since}"
            body = {"accountId": base.id, "stockType": hook.get("stockType"), "reportType": hook.get("reportType"),
                    "reportUrl": report}  # fmt: skip
            _send(sklad, hook.get("url"), body, "stock")
