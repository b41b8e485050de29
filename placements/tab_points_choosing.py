"""The choice of a pickup point reaches the deal: read, compared with what the person saw, written, all with their own
key (DESIGN, "Who acts")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from b24app.bitrix24 import deals
from b24app.bitrix24.encoding import as_map
from b24app.bitrix24.errors import Kind, NoToken, RestError
from b24app.bitrix24.names import FieldNames
from b24app.bitrix24.transport import PortalClient
from b24app.flows.destination import read_point_code
from b24app.flows.recipient import as_text
from b24app.flows.snapshot import Role
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts
from b24app.frames.session import PageSession
from b24app.frames.who import ask_portal
from b24app.logistics.model import DeliveryKind
from b24app.store.models import Portal
from b24app.wire.errors import NotSent, OutcomeUnknown
from placements.person import own_client


@dataclass(frozen=True, slots=True)
class Choice:
    """`was`: the code that the deal held when the person looked."""

    portal: Portal
    names: FieldNames
    code: str
    was: str


def choose(parts: PageParts, who: PageSession, access: str, choice: Choice) -> str | None:
    """Writes the code; None when it is in the deal. What somebody else put there meanwhile is returned instead, and
    nothing is written. Repeating changes nothing. Raises PageError."""
    if choice.names.api(Role.POINT) is None:
        raise PageError(ErrorCode.BAD_INPUT, "no field holds the pickup point")
    client = own_client(parts, choice.portal, who, access)
    values = choice.names.values(_deal(client, who.entity_id))
    current = read_point_code(values.get(Role.POINT))
    if current not in (choice.code, read_point_code(choice.was)):
        return current
    fields = choice.names.written({Role.POINT: choice.code, **_kind(choice, values.get(Role.TYPE))})
    _write(client, who.entity_id, fields)
    return None


def _kind(choice: Choice, current: Any) -> dict[Role, Any]:
    """A deal that says "courier", or nothing, becomes one that is picked up, where the portal has a value for that."""
    kinds = choice.portal.settings.get("delivery_types", {})
    if kinds.get(as_text(current)) == DeliveryKind.PICKUP:
        return {}
    value = next((value for value, kind in kinds.items() if kind == DeliveryKind.PICKUP), None)
    return {} if value is None else {Role.TYPE: value}


def _deal(client: PortalClient, deal_id: int) -> dict[str, Any]:
    try:
        return as_map(as_map(ask_portal(client, [deals.get_deal("deal", deal_id)]).get("deal")).get("item"))
    except RestError as error:
        raise _refused(error) from error


def _write(client: PortalClient, deal_id: int, fields: dict[str, Any]) -> None:
    try:
        client.batch([deals.update_deal("point", deal_id, fields)], people=True).get("point")
    except NoToken as error:
        raise PageError(ErrorCode.SESSION_EXPIRED, str(error)) from error
    except RestError as error:
        raise _refused(error) from error
    except (NotSent, OutcomeUnknown) as error:
        raise PageError(ErrorCode.PORTAL_SILENT, str(error)) from error


def _refused(error: RestError) -> PageError:
    if error.kind is Kind.NOT_FOUND:
        return PageError(ErrorCode.DEAL_GONE, str(error))
    return PageError(ErrorCode.NO_ACCESS if error.access_denied else ErrorCode.PORTAL_SILENT, str(error))
