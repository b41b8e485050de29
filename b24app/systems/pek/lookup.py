"""Looking an order up by our number (pek.md §5.3): there is no key and no search, so the list of what the login
ordered is scanned. Without confirmed access to the sender that list is empty, and proves nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from b24app.logistics.errors import AccountProblem, Unavailable
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.kit.directory import POINTS_S, Directory
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
    """Days are Moscow's; one more at the end costs nothing."""
    today = now.astimezone(MOSCOW).date()
    return {"selectBy": BY_ORDER_DATE, "dateBegin": str(today - LOOK_BACK), "dateEnd": str(today + timedelta(days=1))}


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
    """Whether this login sees the orders of the sender that it orders for."""

    def __init__(self, client: Client, directory: Directory, now: float, inn: str) -> None:
        self._client, self._directory, self._now, self._inn = client, directory, now, inn

    def require(self) -> None:
        """Raises AccountProblem: the account waits for its administrator, and nothing is sent twice meanwhile."""
        key = ("access", *self._client.account, self._inn)
        if not self._directory.get(key, self._now, POINTS_S, self.confirmed):
            raise AccountProblem(Problem("access_unconfirmed", Field.ACCOUNT, Who.ADMIN))

    def confirmed(self) -> bool:
        token = latin(self._client.ask("auth/createtokentoaccessprivatedata", "auth.token").facts())
        asked = {"access_token": str(token.get("access_token") or "")}
        rows = self._client.ask("counterparts/confirmedaccesstocounterparties", "counterparts", asked).facts()
        if not isinstance(rows, list):
            raise Unavailable("counterparts: an answer without a list")
        return any(str(latin(latin(row).get("legal")).get("inn") or "") == self._inn for row in rows)
