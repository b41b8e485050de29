"""The emulated Boxberry's memory and its helpers for time, numbers and journal."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar

from sandbox.kernel.carrier import Carrier, Step
from sandbox.kernel.numbers import Numbers
from sandbox.kernel.system import Context

from .errors import BLOCKED, NO_TOKEN, Refused
from .model import ACCOUNTS, BLOCKED_FROM_START, Account, Act, Parcel, Status
from .rules.statuses import OVER, ROUTES, name_of, stage_of
from .switches import BoxberrySwitches

#: Every time of the API is Moscow's (§7).
MOSCOW = timezone(timedelta(hours=3))


class Boxberry(Carrier[Parcel]):
    """State of all cabinets, guarded by ``lock``."""

    code: ClassVar[str] = "boxberry"
    routes: ClassVar[Mapping[str, Any]] = ROUTES
    fixed: ClassVar[frozenset[str]] = frozenset({"base_url"})
    switches: BoxberrySwitches

    def __init__(self, context: Context) -> None:
        self.base_url = ""
        super().__init__(context, BoxberrySwitches)

    def clear(self) -> None:
        self.parcels: dict[str, Parcel] = {}
        self.by_number: dict[tuple[str, str], list[Parcel]] = {}
        self.acts: dict[str, Act] = {}
        self.blocked: set[str] = {BLOCKED_FROM_START}
        # What a test changed of a point: `None` = it is gone; `point_dates`: when (epoch seconds).
        self.point_changes: dict[str, dict[str, Any] | None] = {}
        self.point_dates: dict[str, float] = {}
        self.calls: dict[str, deque[float]] = {}
        self._parcel_ids, self._act_ids, self._intakes = Numbers(298792801), Numbers(12942201), Numbers(995701)

    # --- accounts ---------------------------------------------------------------------------------------------------

    def account(self, token: str) -> Account:
        """Raises Refused for a missing, unknown or blocked token (§12.1)."""
        if not token:
            raise Refused(NO_TOKEN)
        found = next((account for account in ACCOUNTS if account.token == token), None)
        if found is None:
            raise Refused(self.switches.wrong_token_text)
        if token in self.blocked:
            raise Refused(BLOCKED)
        return found

    def recent(self, key: str) -> deque[float]:
        """Moments of the calls of late, for the rate limit."""
        return self.calls.setdefault(key, deque())

    # --- parcels ----------------------------------------------------------------------------------------------------

    def next_track(self) -> str:
        return f"AAP{next(self._parcel_ids)}"

    def next_act(self) -> str:
        return str(next(self._act_ids))

    def next_intake(self) -> int:
        return next(self._intakes)

    def add(self, parcel: Parcel) -> None:
        self.parcels[parcel.track] = parcel
        self.by_number.setdefault((parcel.token, parcel.number), []).append(parcel)

    def live(self, token: str, key: str) -> Parcel | None:
        """A parcel of the cabinet by track or client number; deleted ones are gone from everywhere (§7.1)."""
        found = self.parcels.get(key)
        if found is None:
            found = next(iter(self.by_number.get((token, key), [])[::-1]), None)
        return found if found and found.token == token and not found.deleted else None

    def of(self, token: str) -> list[Parcel]:
        return [parcel for parcel in self.parcels.values() if parcel.token == token and not parcel.deleted]

    def find(self, key: str) -> Parcel | None:
        return self.parcels.get(key) or next(
            (parcel for parcel in reversed(self.parcels.values()) if parcel.number == key), None
        )

    def all_orders(self) -> Iterable[Parcel]:
        return list(self.parcels.values())

    def facts(self, order: Parcel) -> Mapping[str, str]:
        return {
            "number": order.number,
            "recipient": order.fio,
            "phone": order.phone,
            "comment": order.notice or str((order.sdata.get("kurdost") or {}).get("comentk") or ""),
            "point": order.point,
        }

    # --- life -------------------------------------------------------------------------------------------------------

    def add_status(self, order: Parcel, stage: str, comment: str = "", name: str | None = None) -> None:
        """A new line; ``name`` is the very name, without it the one of the stage in today's wording."""
        said = self.switches.lost_name if stage == "lost" else name_of(stage, self.switches.wording)
        order.statuses.append(Status(name or said, self.time(), comment))
        order.stage = stage
        self.note("order.status", order.number, track=order.track, name=name or said)

    def move(self, order: Parcel, step: Step) -> None:
        """``{"code": name, "comment"}``: any name is taken, it is all there is. ``partial``: only a part was issued,
        ``left`` (article -> pieces) goes back. Steps of an older walk do nothing."""
        if step.get("walk", order.walk) != order.walk:
            return
        if step.get("vanish"):
            order.deleted = True
            self.note("order.vanished", order.number, track=order.track)
            return
        name = str(step.get("code") or "").strip()
        if not name and "stage" not in step:
            raise ValueError("code: the name of a status is needed")
        stage = str(step["stage"]) if not name else (stage_of(name) or order.stage)
        order.partial = order.partial or bool(step.get("partial"))
        order.left = {str(article): int(pieces) for article, pieces in (step.get("left") or {}).items()} or order.left
        if stage not in ("created", "loaded") and not order.act:
            self.make_act(order.token, (order,))
        for _ in range(2 if step.get("double") else 1):
            self.add_status(order, stage, str(step.get("comment") or ""), name or None)
        if stage == "point" and not order.storage_until:
            order.storage_until = f"{self.local(self.time() + 14 * 86400):%Y-%m-%d}"

    def walk(self, order: Parcel, route: str | None = None) -> None:
        """A new walk replaces the one before."""
        order.walk += 1
        steps = self.steps_of(route or self.route_of(order))
        self._step(order, [dict(step, walk=order.walk) for step in steps])

    def make_act(self, token: str, parcels: Iterable[Parcel]) -> Act:
        """Put parcels into an act; at hand-over without one, the reception makes it."""
        chosen = tuple(parcels)
        act = Act(self.next_act(), token, tuple(parcel.track for parcel in chosen), self.time())
        self.acts[act.id] = act
        for parcel in chosen:
            parcel.act = act.id
            self.add_status(parcel, "loaded")
        self.note("act.made", act.id, tracks=list(act.tracks))
        return act

    def route_of(self, order: Parcel) -> str:
        return "pickup" if order.vid == 1 else "delivered"

    def is_over(self, order: Parcel) -> bool:
        return order.deleted or order.stage in OVER

    def summary(self, order: Parcel) -> Mapping[str, Any]:
        return {
            "number": order.number, "track": order.track, "account": order.token, "status": order.status,
            "stage": order.stage, "act": order.act, "deleted": order.deleted, "recipient": order.fio,
        }  # fmt: skip

    def detail(self, order: Parcel) -> Mapping[str, Any]:
        lines = [{"name": line.name, "at": self.space_time(line.moment)} for line in order.statuses]
        return {**self.summary(order), "statuses": lines, "sdata": order.sdata}

    # --- times ------------------------------------------------------------------------------------------------------

    def local(self, moment: float) -> datetime:
        return datetime.fromtimestamp(moment, UTC).astimezone(MOSCOW)

    def space_time(self, moment: float) -> str:
        return f"{self.local(moment):%Y-%m-%d %H:%M:%S}"

    def dotted_time(self, moment: float) -> str:
        return f"{self.local(moment):%Y.%m.%d %H:%M:%S}"
