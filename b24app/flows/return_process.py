"""The smart process in which a portal keeps its returns: what each of its stages and fields means, and which of the
portal's own stands for it. Every portal may call them otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from b24app.logistics.jsonable import Jsonable
from b24app.logistics.returning import ReturnStage


class ReturnField(StrEnum):
    """What a field of ours holds. `NUMBER` is our return's; `STATUS` is where the parcel is that comes back."""

    NUMBER = "number"
    TRACKING = "tracking"
    LINK = "link"
    STATUS = "status"
    REASON = "reason"
    OWED = "owed"
    REFUNDED = "refunded"


class OffReason(StrEnum):
    """Why a portal has no smart process for returns. `GONE`: it had one, and somebody deleted it."""

    PLAN = "plan"
    ACCESS = "access"
    ABSENT = "absent"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class ReturnProcess(Jsonable):
    """As the portal was last looked at. `type` is the number in the names of its fields, `entity` the one everywhere
    else (bitrix24-crm.md §6.1). `stages`: the portal's stage ids; `names`: what it calls them; `fields`: names in
    `crm.item.*`.

    `made`: by us, so that the stages it was born with get our names; `laid`: they have got them.
    """

    type: int
    entity: int
    title: str
    category: int = 0
    stages: Mapping[ReturnStage, str] = field(default_factory=dict)
    names: Mapping[ReturnStage, str] = field(default_factory=dict)
    fields: Mapping[ReturnField, str] = field(default_factory=dict)
    made: bool = False
    laid: bool = False
