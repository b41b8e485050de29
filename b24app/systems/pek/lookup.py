"""Looking an order up by our number (pek.md §5.3): there is no key and no search, so the list of what the login
ordered is scanned. Without confirmed access to the sender that list is empty, and proves nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.problem import Field, Problem
from b24app.systems.kit.directory import CITIES_S, Directory
from b24app.systems.pek.client import Client
from b24app.systems.pek.vocabulary import MOSCOW, latin

#: An answer that was lost is missed within hours; a database may be some days old.
LOOK_BACK = timedelta(days=7)
BY_ORDER_DATE = 1


@dataclass(frozen=True, slots=True)
class Listed:
    code: str
    ordered: str
    door: bool


def build_list(now: datetime) -> dict[str, Any]:
    """Days are Moscow's; one more on either side costs nothing."""
    today = now.astimezone(MOSCOW).date()
    return {
        "selectBy": BY_ORDER_DATE,
        "dateBegin": (today - LOOK_BACK).isoformat(),
        "dateEnd": (today + timedelta(days=1)).isoformat(),
    }


def with_number(data: Any, number: str) -> list[Listed]:
    """Cargos of exactly our number, the oldest first. Raises Unavailable for an answer without a list."""
    rows = latin(data).get("cargos")
    if not isinstance(rows, list):
        raise Unavailable("cargos.list: an answer without a list")
    found = []
    for row in map(latin, rows):
        if str(row.get("orderNumber") or "").strip() == number and row.get("code"):
            receiver = latin(row.get("Receiver") or row.get("receiver"))
            door = receiver.get("IsDelivery", receiver.get("isDelivery")) is True
            found.append(Listed(str(row["code"]), str(row.get("orderDate") or ""), door))
    return sorted(found, key=lambda each: each.ordered)


class Access:
    """Whether this login sees the orders of the sender that it orders for; asked once a day."""

    def __init__(self, client: Client, directory: Directory, now: float, inn: str) -> None:
        self._client, self._directory, self._now, self._inn = client, directory, now, inn

    def confirmed(self) -> bool:
        key = ("access", *self._client.account, self._inn)
        return bool(self._directory.get(key, self._now, CITIES_S, self._ask))

    def require(self, number: str) -> None:
        """Raises Refused: nobody but a person can tell whether the order exists."""
        if not self.confirmed():
            raise Refused([Problem("lookup_closed", Field.ORDER, params={"number": number})])

    def _ask(self) -> bool:
        token = latin(self._client.ask("auth/createtokentoaccessprivatedata", "auth.token").document())
        asked = {"access_token": str(token.get("access_token") or "")}
        rows = self._client.ask("counterparts/confirmedaccesstocounterparties", "counterparts", asked).document()
        if not isinstance(rows, list):
            raise Unavailable("counterparts: an answer without a list")
        return any(self._mine(row) for row in rows if isinstance(row, Mapping))

    def _mine(self, row: Mapping[str, Any]) -> bool:
        return str(latin(row.get("legal")).get("inn") or "") == self._inn
