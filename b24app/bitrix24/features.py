"""Which scopes a feature stands on (bitrix24-app.md §1.3), and which features a portal has with what it granted.

A scope that a later version asks for reaches a portal only when its administrator updates the app: until then the
feature is off, none of its calls is made, and the pages say so. A portal of which no scopes are known yet (an older
row) counts as having granted all.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class Feature(StrEnum):
    """The value is a key of the `feature.*` words."""

    SHIPPING = "shipping"
    TAB = "tab"
    WEIGHTS = "weights"
    NOTICES = "notices"
    DEPARTMENTS = "departments"
    RETURNS = "returns"
    ROBOTS = "robots"
    SMS = "sms"
    STORE = "store"
    CHATS = "chats"


#: All scopes of a feature are needed.
NEEDS: dict[Feature, frozenset[str]] = {
    Feature.SHIPPING: frozenset({"crm"}),
    Feature.TAB: frozenset({"placement"}),
    Feature.WEIGHTS: frozenset({"catalog"}),
    Feature.NOTICES: frozenset({"im"}),
    Feature.DEPARTMENTS: frozenset({"user_brief", "department"}),
    Feature.RETURNS: frozenset({"crm", "userfieldconfig"}),
    Feature.ROBOTS: frozenset({"crm", "bizproc"}),
    Feature.SMS: frozenset({"messageservice"}),
    Feature.STORE: frozenset({"crm", "delivery", "sale"}),
    Feature.CHATS: frozenset({"crm", "imopenlines"}),
}


def has(feature: Feature, granted: Collection[str]) -> bool:
    """Whether a portal that granted these scopes has the feature."""
    return not granted or NEEDS[feature] <= set(granted)


def lacking(granted: Collection[str]) -> tuple[Feature, ...]:
    """What is off until the app is updated in the portal, in the order of importance."""
    return tuple(feature for feature in Feature if not has(feature, granted))
