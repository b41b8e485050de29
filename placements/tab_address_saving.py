"""Saving a corrected address: the person's own key writes the deal, then what was and became is kept and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from b24app.bitrix24.deals import update_deal
from b24app.bitrix24.errors import NoToken, RestError
from b24app.bitrix24.names import FieldNames
from b24app.bitrix24.transport import PortalClient
from b24app.flows.compose import MAX_COMMENT
from b24app.flows.decisions import Text
from b24app.flows.destination import MAX_ADDRESS
from b24app.flows.recipient import MAX_NAME
from b24app.flows.snapshot import Role
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import PageParts, trace
from b24app.frames.session import PageSession
from b24app.frames.words import Words
from b24app.logistics.addressing.parts import Part
from b24app.logistics.phones import read_phones
from b24app.store import addresses, audit, comments, outbox
from b24app.store.audit import Act, Change
from b24app.store.engine import session_scope
from b24app.store.models import Portal
from b24app.wire.errors import NotSent, OutcomeUnknown
from placements.asking import pressed
from placements.tab_address_view import ROLES, Held, full_line


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person wants the deal to hold, what they saw when they began, and words that nobody placed yet."""

    values: Mapping[Part, str]
    was: Mapping[Role, str]
    undecided: tuple[str, ...]

    def roles(self, held: Held) -> dict[str, str]:
        """New values of the roles that a field plays. An empty name or phone leaves the contact's."""
        found: dict[str, str] = {
            Role.ADDRESS: full_line(self.values, with_comment=Role.COMMENT not in held.roles),
            Role.COMMENT: self.values.get(Part.COMMENT, ""),
            Role.NAME: self.values.get(Part.NAME, ""),
            Role.PHONE: self.values.get(Part.PHONE, ""),
        }
        return {role: value for role, value in found.items() if role in held.roles}


class Edit(Protocol):
    """New values of a deal's fields by role, beside what the person saw when they began."""

    @property
    def was(self) -> Mapping[Role, str]: ...

    def roles(self, held: Held) -> dict[str, str]: ...


def wrong_in(wanted: Wanted, held: Held, t: Words) -> dict[str, str]:
    """Errors by the control that they are shown at."""
    errors: dict[str, str] = {}
    line = full_line(wanted.values, with_comment=Role.COMMENT not in held.roles)
    if not wanted.values.get(Part.CITY):
        errors[Part.CITY.value] = t("address.error.city")
    if not line.strip():
        errors[Part.STREET.value] = t("address.error.empty")
    elif len(line) > MAX_ADDRESS:
        errors[Part.STREET.value] = t("address.error.long", n=len(line), most=MAX_ADDRESS)
    if len(wanted.values.get(Part.COMMENT, "")) > MAX_COMMENT:
        errors[Part.COMMENT.value] = t("address.error.long", n=len(wanted.values[Part.COMMENT]), most=MAX_COMMENT)
    if len(wanted.values.get(Part.NAME, "")) > MAX_NAME:
        errors[Part.NAME.value] = t("address.error.long", n=len(wanted.values[Part.NAME]), most=MAX_NAME)
    phone = wanted.values.get(Part.PHONE, "")
    if phone and Role.PHONE in held.roles and not read_phones(phone):
        errors[Part.PHONE.value] = t("address.error.phone")
    return errors


def changed_meanwhile(wanted: Wanted, held: Held) -> tuple[Role, ...]:
    """Roles that somebody else wrote since the person began, and not what the person wants: those are theirs to see."""
    mine = wanted.roles(held)
    return tuple(
        role
        for role in ROLES
        if role in mine and not same(held.of(role), wanted.was.get(role, "")) and not same(held.of(role), mine[role])
    )


def same(one: str, other: str) -> bool:
    """A form sends line ends in its own way."""
    return one.split() == other.split()


def write(client: PortalClient, deal_id: int, wanted: Edit, held: Held, names: FieldNames) -> str:
    """Writes what differs under the person's own key. Gives the portal's words when it refuses the values, "" when all
    is written. Raises PageError; the person's edits stay on the page, and pressing again writes nothing twice."""
    differs = {Role(role): value for role, value in wanted.roles(held).items() if value != held.of(Role(role))}
    if not differs:
        return ""
    try:
        client.batch([update_deal("save", deal_id, names.written(differs))], people=True).get("save")
    except NoToken as error:
        raise PageError(ErrorCode.SESSION_EXPIRED, str(error)) from error
    except RestError as error:
        if error.access_denied:
            raise PageError(ErrorCode.NO_ACCESS, str(error)) from error
        return error.text or error.code
    except (NotSent, OutcomeUnknown) as error:
        raise PageError(ErrorCode.PORTAL_SILENT, str(error)) from error
    return ""


def keep(parts: PageParts, who: PageSession, portal: Portal, wanted: Edit, held: Held, key: str) -> bool:
    """What was and became: with its values beside the deal and in its timeline, without them in the audit. False when
    nothing changed, or this very press (`key`) was kept before."""
    mine = wanted.roles(held)
    was = {role: wanted.was.get(Role(role), "") for role in mine}
    changes = audit.compared(was, mine)
    if not changes:
        return False
    now = parts.clock.now()
    with session_scope(parts.sessions) as session:
        if pressed(session, who.portal_id, who.entity_id, f"save:{key}", now):
            return False
        row = addresses.note(session, who.portal_id, who.entity_id, changes, who.author, now)
        detail = {"key": f"save:{key}"}
        hidden = [Change(each.field, hidden=True) for each in changes]
        audit.write(
            session,
            who.portal_id,
            Act.ADDRESS,
            now,
            by=who.author,
            deal_id=who.entity_id,
            changes=hidden,
            detail=detail,
        )
        text = Text("ship.address_changed", _told(changes, who.name), f"address:{row.id}")
        told = comments.comment(who.portal_id, who.entity_id, text, portal.language)
        lane = outbox.add(session, who.portal_id, [told], now=now, trace_id=trace())
    parts.waker.wake(lane)
    return True


def _told(changes: tuple[Change, ...], name: str) -> dict[str, str]:
    was = "; ".join(str(each.before or "—") for each in changes)
    became = "; ".join(str(each.after or "—") for each in changes)
    return {"name": name, "was": was, "became": became}
