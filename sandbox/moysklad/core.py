"""The emulated MoySklad's memory: accounts' objects, and how an order moves through the warehouse."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar

from sandbox.kernel.carrier import Carrier, Step
from sandbox.kernel.system import Context

from .data import first_day
from .model import USERS, Base, Entity, User
from .rules.ways import ROUTES
from .switches import MoySkladSwitches

_MOSCOW = timezone(timedelta(hours=3))


class MoySklad(Carrier[Entity]):
    """All accounts. What walks is a customer order."""

    code: ClassVar[str] = "moysklad"
    routes: ClassVar[Mapping[str, Any]] = ROUTES
    fixed: ClassVar[frozenset[str]] = frozenset({"base_url", "busy"})
    switches: MoySkladSwitches

    def __init__(self, context: Context) -> None:
        self.base_url = ""
        #: Calls that are being answered now, by user and by account (§4).
        self.busy: dict[str, int] = {}
        super().__init__(context, MoySkladSwitches)

    def clear(self) -> None:
        self.bases: dict[str, Base] = {}
        for code in dict.fromkeys(user.account for user in USERS):
            self.bases[code] = first_day.build(code, self.clock.time())
        #: Login -> its token (§2.1): a new one ends the one before.
        self.tokens: dict[str, str] = {}
        self.dead_tokens: set[str] = set()
        self.wrong_logins: dict[str, int] = {}
        #: Login -> (moment, units) of what was spent lately (§4).
        self.spent: dict[str, deque[tuple[float, int]]] = {}
        #: Links that need no sign-in: token -> (until, content type, name, content).
        self.links: dict[str, tuple[float, str, str, bytes]] = {}
        self.made = 0

    # --- finding ------------------------------------------------------------------------------------------------------

    def base_of(self, user: User) -> Base:
        return self.bases[user.account]

    def base_with(self, entity: Entity) -> Base:
        return next(base for base in self.bases.values() if base.id == entity.account)

    def find(self, key: str) -> Entity | None:
        """A customer order by its number, id, syncId or externalCode; the latest that is not in the trash."""
        return self.find_of("customerorder", key)

    def find_of(self, kind: str, key: str) -> Entity | None:
        found = [each for base in self.bases.values() for each in base.of(kind).values()
                 if key in (each.id, each.name, each.get("syncId"), each.get("externalCode"))]  # fmt: skip
        live = [each for each in found if each.deleted is None]
        return (live or found)[-1] if found else None

    def all_orders(self) -> Iterable[Entity]:
        return [order for base in self.bases.values() for order in base.of("customerorder").values()]

    def demand_of(self, order: Entity) -> Entity | None:
        """The latest shipment that was made from the order."""
        rows = [row for row in self.base_with(order).of("demand").values()
                if row.ref("customerOrder") == order.id and row.deleted is None]  # fmt: skip
        return rows[-1] if rows else None

    def new_id(self) -> str:
        self.made += 1
        return str(uuid.UUID(int=self.rng.getrandbits(128)))

    # --- what the control API and overrides see -----------------------------------------------------------------------

    def facts(self, order: Entity) -> Mapping[str, str]:
        base = self.base_with(order)
        agent = base.of("counterparty").get(order.ref("agent"))
        store = base.of("store").get(order.ref("store"))
        return {
            "number": order.name,
            "recipient": agent.name if agent else "",
            "phone": str(agent.get("phone", "")) if agent else "",
            "comment": str(order.get("description") or ""),
            "point": str(store.get("code", "")) if store else "",
        }

    def move(self, order: Entity, step: Step) -> None:
        from .rules import ways

        ways.move(self, order, step)

    def route_of(self, order: Entity) -> str:
        del order
        return "shipped"

    def is_over(self, order: Entity) -> bool:
        return order.deleted is not None or order.over

    def state_name(self, entity: Entity) -> str:
        state = self.base_with(entity).of(f"{entity.type}.states").get(entity.ref("state"))
        return state.name if state else ""

    def summary(self, order: Entity) -> Mapping[str, Any]:
        demand = self.demand_of(order)
        return {
            "id": order.id,
            "number": order.name,
            "account": self.base_with(order).code,
            "status": self.state_name(order),
            "applicable": order.get("applicable"),
            "deleted": order.deleted is not None,
            "recipient": self.facts(order)["recipient"],
            "demand": demand.id if demand else "",
            "shipped": bool(demand and demand.get("applicable")),
            "demand_status": self.state_name(demand) if demand else "",
        }

    def detail(self, order: Entity) -> Mapping[str, Any]:
        from .rules.view import plain

        base, demand = self.base_with(order), self.demand_of(order)
        agent = base.of("counterparty").get(order.ref("agent"))
        return {
            **self.summary(order),
            "order": plain(base, order),
            "shipment": plain(base, demand) if demand else None,
            "agent": plain(base, agent) if agent else None,
            "returns": [plain(base, row) for row in base.of("salesreturn").values()
                        if demand and row.ref("demand") == demand.id],
        }  # fmt: skip

    # --- words of the wire --------------------------------------------------------------------------------------------

    def wire_time(self, moment: float | None = None) -> str:
        """``2026-10-05 12:40:03.114``: Moscow's time without an offset (§1)."""
        at = datetime.fromtimestamp(self.time() if moment is None else moment, UTC).astimezone(_MOSCOW)
        return at.strftime("%Y-%m-%d %H:%M:%S.") + f"{at.microsecond // 1000:03d}"


def read_time(text: str) -> float | None:
    """Seconds since the epoch of a Moscow time, with or without seconds and milliseconds; None for another form."""
    for form in ("%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=_MOSCOW).timestamp()
        except ValueError:
            continue
    return None
