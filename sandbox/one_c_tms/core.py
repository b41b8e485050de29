"""The emulated 1C:TMS's memory: transport requests of its infobases and how they move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from sandbox.kernel.carrier import Step
from sandbox.kernel.numbers import Numbers
from sandbox.kernel.one_c import Infobases
from sandbox.kernel.one_c_http_callbacks import tell
from sandbox.kernel.one_c_http_state import OneCSwitches
from sandbox.kernel.one_c_odata import Base
from sandbox.kernel.system import Context

from .data.configuration import ENTITIES, fill
from .data.statuses import FINAL, STATUSES, may_follow
from .model import Event, Request
from .tasks import BASE, TaskHooks, show


def _steps(codes: str) -> list[Step]:
    return [{"code": code} for code in codes.split()]


_OUT = "accepted_at_warehouse in_transit out_for_delivery"
ROUTES: Mapping[str, Sequence[Step]] = {
    "delivered": _steps(f"{_OUT} delivered"),
    "pickup": _steps("accepted_at_warehouse in_transit ready_for_pickup delivered"),
    "returned": [*_steps(_OUT), {"code": "delivery_failed", "problem": "REFUSED"}, *_steps("returning returned")],
    "lost": _steps("accepted_at_warehouse in_transit lost"),
    "cancelled": _steps("cancelled"),
    "blocked": _steps("accepted_at_warehouse blocked"),
    "stay": [],
    "unknown_code": _steps("accepted_at_warehouse customs_hold"),
}
PROBLEMS: Mapping[str, str] = {
    "DELAY": "Задержка в пути", "DAMAGE": "Груз поврежден", "REFUSED": "Получатель отказался",
    "ADDRESS": "Адрес не найден", "PAYMENT": "Получатель не оплатил", "OTHER": "Прочее",
}  # fmt: skip


class OneCTms(Infobases[Request]):
    """Transport requests by their id."""

    code: ClassVar[str] = "one_c_tms"
    routes: ClassVar[Mapping[str, Sequence[Step]]] = ROUTES

    def __init__(self, context: Context) -> None:
        super().__init__(context, OneCSwitches, {BASE: Base(ENTITIES, TaskHooks(self))}, fill)

    def clear(self) -> None:
        super().clear()
        self.requests: dict[str, Request] = {}
        self.by_number: dict[tuple[str, str], str] = {}
        self.event_ids = Numbers(1)

    # --- finding ------------------------------------------------------------------------------------------------------

    def find(self, key: str) -> Request | None:
        same = [found for found in self.requests.values() if key in (found.external_id, found.number, found.id)]
        return same[-1] if same else None

    def of_number(self, base: str, external_id: str) -> Request | None:
        return self.requests.get(self.by_number.get((base, external_id), ""))

    def all_orders(self) -> Iterable[Request]:
        return self.requests.values()

    # --- what the control API and overrides see -----------------------------------------------------------------------

    def facts(self, order: Request) -> Mapping[str, str]:
        return facts_of(order.body)

    def facts_of(self, body: Mapping[str, Any]) -> Mapping[str, str]:
        return facts_of(body)

    def accepted(self, found: Request) -> None:
        """It is there: kept, journalled, and it walks if it is to."""
        self.requests[found.id] = found
        self.by_number[(found.base, found.external_id)] = found.id
        facts, cargo = facts_of(found.body), found.body["cargo"]
        self.note(
            "return.accepted" if found.is_return else "order.accepted", found.external_id, id=found.id,
            base=found.base, recipient=facts["recipient"], phone=facts["phone"], weight_kg=cargo["weightKg"],
            packages=len(cargo["packages"]), address=str((found.person.get("address") or {}).get("text") or ""),
            cod=cargo.get("cashOnDelivery") or 0,
        )  # fmt: skip
        self.begin_walk(found)

    def route_of(self, _order: Request) -> str:
        return "delivered"

    def is_over(self, order: Request) -> bool:
        return order.status in FINAL

    def summary(self, order: Request) -> Mapping[str, Any]:
        return {
            "id": order.id, "number": order.external_id, "base": order.base, "their_number": order.number,
            "type": order.body["type"], "status": order.status, "live": order.status != "cancelled",
            "revision": order.revision, "recipient": order.person.get("contact", {}).get("name", ""),
        }  # fmt: skip

    def detail(self, order: Request) -> Mapping[str, Any]:
        history = [{"code": event.status, "at": event.at} for event in order.events]
        return {**self.summary(order), "body": order.body, "events": history}

    # --- moving -------------------------------------------------------------------------------------------------------

    def move(self, order: Request, step: Step) -> None:
        """``code`` is a status of §9, or a word that nobody documented; ``problem`` a code of §6.5. Raises
        ValueError."""
        code, trouble = str(step.get("code") or ""), str(step.get("problem") or "")
        if not code or not code.replace("_", "").isalnum():
            raise ValueError(f"a status is needed, e.g. in_transit: {code!r}")
        if trouble and trouble not in PROBLEMS:
            raise ValueError(f"no such problem: {trouble} (there are: {', '.join(PROBLEMS)})")
        old = order.before if order.status == "blocked" or order.status not in STATUSES else order.status
        if order.status in FINAL or (code != old and not may_follow(old, code)):
            raise ValueError(f"{order.status} cannot become {code}")
        self.set_status(order, code, trouble, str(step.get("place") or ""))

    def set_status(self, order: Request, code: str, trouble: str = "", place: str = "", comment: str = "") -> None:
        """Add an event, with everything that is known from then on, and tell whoever wants to be told."""
        with self.lock:
            if order.status not in ("blocked",) and order.status in STATUSES:
                order.before = order.status
            at = self.time()
            order.events.append(Event(str(next(self.event_ids)), at, code, place, comment))
            order.problem = (trouble, PROBLEMS[trouble]) if trouble else None
            if code not in ("created", "cancelled") and not order.carrier:
                order.carrier = str(order.body.get("carrierRef") or "CR-7")
                order.tracking_number = f"TR-{order.number[-6:]}"
            show(self, order)
            self.note("order.status", order.external_id, id=order.id, code=code)
            self.changed(order)

    def changed(self, order: Request) -> None:
        """§10.3: every change is one revision, and a callback."""
        order.revision += 1
        order.changed = self.time()
        event = "transport_request.changed"
        tell(self.service, order.base, order.external_id, event, order.id, order.status, order.revision)


def facts_of(body: Mapping[str, Any]) -> Mapping[str, str]:
    """What an override is matched against: the client is who receives, or gives a return away."""
    back = body["type"] == "return_collection"
    stops = [stop for stop in body["stops"] if stop["operation"] == ("pickup" if back else "drop")]
    contact = (stops[0] if back else stops[-1]).get("contact") or {}
    return {
        "number": str(body["externalId"]),
        "recipient": str(contact.get("name") or ""),
        "phone": str(contact.get("phone") or ""),
        "comment": str(body.get("comment") or ""),
        "point": "",
    }
