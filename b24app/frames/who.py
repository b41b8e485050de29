"""Who holds a key, as the portal itself says (contracts/bitrix24-crm.md §12), and refusals of the portal as page
errors."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from b24app.bitrix24.encoding import Command, as_list, as_map
from b24app.bitrix24.envelope import BatchAnswer, number
from b24app.bitrix24.errors import NoToken, RestError
from b24app.bitrix24.features import Feature, has
from b24app.bitrix24.transport import PortalClient
from b24app.frames.errors import ErrorCode, PageError
from b24app.wire.errors import NotSent, OutcomeUnknown, Why

WHO = (Command("me", "profile"), Command("admin", "user.admin"))
DEPARTMENTS = Command("current", "user.current")


@dataclass(frozen=True, slots=True)
class Person:
    """`zone` may be empty: the person follows the device. `departments`: empty where the portal tells none, or none
    were asked for."""

    user_id: int
    name: str
    admin: bool
    zone: str
    departments: tuple[int, ...] = ()


def who_commands(granted: Collection[str] | None) -> list[Command]:
    """Who the person is, and their departments where the portal's scopes allow it (None: nobody needs them)."""
    asked = granted is not None and has(Feature.DEPARTMENTS, granted)
    return [*WHO, DEPARTMENTS] if asked else list(WHO)


def read_person(client: PortalClient, granted: Collection[str] | None = None) -> Person:
    """`granted`: the portal's scopes. Raises PageError."""
    return person(ask_portal(client, who_commands(granted)))


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
    """From the answers of `who_commands`. Who the portal does not say is an administrator is none."""
    me = as_map(answer.results.get("me"))
    name = " ".join(filter(None, (str(me.get("NAME") or ""), str(me.get("LAST_NAME") or ""))))
    found = map(number, as_list(as_map(answer.results.get("current")).get("UF_DEPARTMENT")))
    departments = tuple(sorted({department for department in found if department}))
    admin = answer.results.get("admin") is True
    return Person(number(me.get("ID")) or 0, name, admin, str(me.get("TIME_ZONE") or ""), departments)
