"""Statuses of a transport request (§9): the common list, what 1C calls them, what may follow what."""

from __future__ import annotations

from collections.abc import Mapping

#: Status -> (text for people, value in 1C).
STATUSES: Mapping[str, tuple[str, str]] = {
    "created": ("Новая", "Новая"),
    "accepted_at_warehouse": ("Принято на складе", "ПринятаНаСкладе"),
    "in_transit": ("В пути", "ВПути"),
    "ready_for_pickup": ("Ожидает получателя", "ОжидаетПолучателя"),
    "out_for_delivery": ("Доставляется", "НаДоставке"),
    "delivered": ("Доставлена", "Доставлена"),
    "delivery_failed": ("Не доставлена", "НеДоставлена"),
    "returning": ("Возвращается", "Возвращается"),
    "returned": ("Возвращена", "Возвращена"),
    "cancelled": ("Отменена", "Отменена"),
    "blocked": ("Приостановлена", "Приостановлена"),
    "lost": ("Утеряна", "Утеряна"),
}
FINAL = frozenset({"delivered", "returned", "cancelled", "lost"})
#: §6.7: on its way or later nothing is cancelled.
CANCELLABLE = frozenset({"created", "accepted_at_warehouse"})
_MILE = ("ready_for_pickup", "out_for_delivery")
_NEXT: Mapping[str, tuple[str, ...]] = {
    "created": ("accepted_at_warehouse", "cancelled", "delivery_failed"),
    "accepted_at_warehouse": ("in_transit", "cancelled", "delivery_failed"),
    "in_transit": (*_MILE, "delivery_failed"),
    "ready_for_pickup": ("delivered", "out_for_delivery", "delivery_failed"),
    "out_for_delivery": ("delivered", "ready_for_pickup", "delivery_failed"),
    "delivery_failed": ("out_for_delivery", "returning"),
    "returning": ("returned",),
}


def may_follow(old: str, new: str) -> bool:
    """Whether a dispatcher can bring a request from ``old`` to ``new``, other steps being skipped. A status that nobody
    documented may stand anywhere before the end."""
    if old in FINAL:
        return False
    if new in ("blocked", "lost") or new not in STATUSES:
        return True
    seen, todo = {old}, [old]
    while todo:
        for following in _NEXT.get(todo.pop(), ()):
            if following == new and not (new == "cancelled" and old not in CANCELLABLE):
                return True
            if following not in seen:
                seen.add(following)
                todo.append(following)
    return False
