"""Problems: what is wrong, in which field, who can fix it, and the system's own words beside."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from b24app.logistics.jsonable import Jsonable


class Who(StrEnum):
    """Who can put it right."""

    MANAGER = "manager"
    ADMIN = "admin"
    CARRIER = "carrier"
    WAYBILL = "waybill"


class Field(StrEnum):
    """The place to look at. Values are keys of the `field.*` words; managers see the portal's label of that field."""

    NAME = "recipient_name"
    PHONE = "recipient_phone"
    ADDRESS = "address"
    CITY = "city"
    POINT = "point"
    TYPE = "delivery_type"
    COD = "cod"
    DECLARED = "declared"
    ITEMS = "items"
    WEIGHT = "weight"
    SIZE = "size"
    SERVICE = "service"
    SENDER = "sender"
    EMAIL = "email"
    DATE = "date"
    NUMBER = "number"
    ORDER = "order"
    STAGE = "stage"
    REFERENCE = "reference"
    ACCOUNT = "account"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Problem(Jsonable):
    """`code` is ours and is a key of the `problem.*` words (texts take `params`); `their_code`/`their_text` are kept
    as received."""

    code: str
    field: Field = Field.NONE
    who: Who = Who.MANAGER
    their_code: str = ""
    their_text: str = ""
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def key(self) -> str:
        """Two problems with one key are the same problem: the second is not told again. `part` among the params names
        the one of several shipments that it is about."""
        part = self.params.get("part")
        return f"{self.code}|{self.field.value}|{self.their_code}" + (f"|{part}" if part else "")
