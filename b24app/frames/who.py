"""Who holds a key, as the portal itself says (contracts/bitrix24-crm.md §12), and refusals of the portal as page
errors."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from b24app.bitrix24.encoding import Command, as_map
from b24app.bitrix24.envelope import BatchAnswer, number
from b24app.bitrix24.errors import NoToken, RestError
from b24app.bitrix24.transport import PortalClient
from b24app.frames.errors import ErrorCode, PageError
from b24app.wire.errors import NotSent, OutcomeUnknown, Why

WHO = (Command("me", "profile"), Command("admin", "user.admin"))


@dataclass(frozen=True, slots=True)
class Person:
    """`zone` may be empty: the person follows the device. `departments`: empty where the portal tells none."""

    user_id: int
    name: str
    admin: bool
    zone: str
    departments: tuple[int, ...] = ()


def read_person(client: PortalClient) -> Person:
    """Raises PageError."""
    return person(ask_portal(client, list(WHO)))


def ask_portal(client: PortalClient, commands: list[Command]) -> BatchAnswer:
    """One batch of reads for somebody who looks at the screen. Raises PageError for a refusal of the whole."""
    try:
        return client.batch(commands, people=True, safe=True)
    except NoToken as error:
        raise PageError(ErrorCode.SESSION_EXPIRED, str(error)) from error
    except RestError as error:
        raise PageError(ErrorCode.NO_ACCESS if error.access_denied else ErrorCode.PORTAL_SILENT, str(error)) from error
    except (NotSent, OutcomeUnknown) as error:
        if error.why is Why.GUARD:
            raise PageError(
                ErrorCode.PRIVATE_ADDRESS, str(error), entry=_entry(client.address.client_endpoint)
            ) from error
        raise PageError(ErrorCode.PORTAL_SILENT, str(error)) from error


def _entry(endpoint: str) -> str:
    """What the operator has to add to WAYBILL_PRIVATE_PORTALS for a portal at this address."""
    parts = urlsplit(endpoint)
    return parts.hostname or "" if parts.scheme == "https" else f"{parts.scheme}://{parts.netloc}"


def person(answer: BatchAnswer) -> Person:
    """From the answers of `WHO`. A portal that does not say that somebody is an administrator has none here."""
    me = as_map(answer.results.get("me"))
    name = " ".join(filter(None, (str(me.get("NAME") or ""), str(me.get("LAST_NAME") or ""))))
    return Person(number(me.get("ID")) or 0, name, answer.results.get("admin") is True, str(me.get("TIME_ZONE") or ""))
