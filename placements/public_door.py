"""Who may see an order on a page for clients: whoever knows its number and the phone it was sent to.

A stranger learns nothing: an order that does not exist and a phone that is another's get the same answer after the
same work, and both count as a try. A link from a message (`frames.public_links`) is a secret that went to the client's
own phone already: with it the last four digits are asked, so that a message which was passed on, or a photo of its
screen, opens nothing; there are few of these, so a link takes fewer tries.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from b24app.frames import public_links
from b24app.frames.errors import PageError
from b24app.frames.parts import PageParts
from b24app.frames.public_links import PublicLinks
from b24app.frames.tries import Limit, Tries
from b24app.logistics.phones import read_phones
from b24app.logistics.status import Status
from b24app.store import public_orders, shipments
from b24app.store.engine import read_scope
from b24app.store.models import Portal, Shipment
from b24app.store.public_orders import LOOKED, Sent

#: How long an order stays open to whoever proved that it is theirs.
VISIT = timedelta(hours=1)
MAX_NUMBER, MAX_PHONE = 64, 40
HOUR, DAY = 3600, 86400
#: Of one caller, whatever they look for; of an order, whoever asks; of a phone, whatever order it is tried with.
OF_CALLER = (Limit(30, 600), Limit(120, DAY))
OF_NUMBER = (Limit(8, HOUR), Limit(24, DAY))
OF_PHONE = (Limit(20, HOUR),)
#: Four digits are ten thousand: in 90 days so many tries find one link in fifty.
OF_LINK = (Limit(5, HOUR), Limit(15, 7 * DAY))
#: What is sent off, of an order.
OF_ASKING = (Limit(5, HOUR), Limit(10, DAY))
#: How often pictures are sent, of an order.
OF_PHOTOS = (Limit(10, HOUR), Limit(30, DAY))
#: Who looks at where a parcel is: a whole town may come from one address of a phone company's.
OF_VIEWER = (Limit(120, 60), Limit(2000, HOUR))
#: Where a parcel goes, of an order: carriers take few changes, and each may cost the shop money.
OF_CHANGES = (Limit(3, HOUR), Limit(6, DAY))
#: What is said of a parcel: ratings, whether messages are wanted.
OF_SAYING = (Limit(10, HOUR), Limit(30, DAY))
DIGITS = 4
_SALT = "waybill.visit.1"
#: Whose numbers are written without their country's code, by the portal's language.
_COUNTRIES = {"by": "BY", "kz": "KZ", "uz": "UZ", "am": "AM", "kg": "KG", "ge": "GE", "az": "AZ"}


@dataclass(frozen=True, slots=True)
class Knocked:
    """`order` None = it is not opened: after `wait_s` seconds they may try again; 0 = number and phone do not go
    together, or one of them is none."""

    order: Sent | None = None
    wait_s: int = 0


@dataclass(frozen=True, slots=True)
class Door:
    """The door of one portal. `caller` is the address of whoever asks."""

    parts: PageParts
    portal: Portal
    caller: str

    def knock(self, number: str, phone: str) -> Knocked:
        found = read_phones(phone[:MAX_PHONE], _COUNTRIES.get(self.portal.language[:2].lower(), "RU"))
        typed = found[0].e164 if found else ""
        wait = self._take(
            {
                ("caller", _network(self.caller)): OF_CALLER,
                ("number", public_orders.plainly(number)[:MAX_NUMBER]): OF_NUMBER,
                ("phone", typed or "none"): OF_PHONE,
            }
        )
        if wait:
            return Knocked(wait_s=wait)
        with read_scope(self.parts.sessions) as session:
            sent = public_orders.named(session, self.portal.id, number[:MAX_NUMBER])
        return Knocked(self._of_phone(sent, typed, len(typed)))

    def knock_with(self, shipment_id: int, digits: str) -> Knocked:
        """With a link: `digits` are the last of the phone."""
        typed = "".join(each for each in digits if each.isdecimal() and each.isascii())
        limits = {("caller", _network(self.caller)): OF_CALLER, ("link", str(shipment_id)): OF_LINK}
        if wait := self._take(limits):
            return Knocked(wait_s=wait)
        with read_scope(self.parts.sessions) as session:
            sent = public_orders.of_shipment(session, self.portal.id, shipment_id)
        return Knocked(self._of_phone(sent, typed if len(typed) == DIGITS else "", DIGITS))

    def may_ask(self, deal_id: int) -> int:
        """Seconds until one more thing may be asked for this order, 0 = it may and is counted."""
        return self._take({("ask", str(deal_id)): OF_ASKING})

    def may_show(self, deal_id: int) -> int:
        """The same for pictures of its goods."""
        return self._take({("photo", str(deal_id)): OF_PHOTOS})

    def may_look(self) -> int:
        """The same for whoever looks at where a parcel is, whichever."""
        return self._take({("viewer", _network(self.caller)): OF_VIEWER})

    def may_change(self, deal_id: int) -> int:
        return self._take({("change", str(deal_id)): OF_CHANGES})

    def may_say(self, shipment_id: int) -> int:
        return self._take({("say", str(shipment_id)): OF_SAYING})

    # --- links and visits

    @property
    def links(self) -> PublicLinks:
        return PublicLinks(self.parts.signer.secrets)

    def linked(self, link: str) -> Shipment | None:
        """The shipment of a link that is good; None for one that is forged, another portal's, or too old."""
        shipment_id = self.links.read(self.portal.id, link)
        if shipment_id is None:
            return None
        with read_scope(self.parts.sessions) as session:
            row = shipments.get(session, self.portal.id, shipment_id)
        now = self.parts.clock.now()
        return row if row is not None and public_links.is_good(Status(row.status), row.status_at, now) else None

    def visit(self, shipment_id: int) -> str:
        """What the browser brings with its next requests: nobody else can make one."""
        until = int((self.parts.clock.now() + VISIT).timestamp())
        return self.parts.signer.seal(_SALT, {"portal": self.portal.id, "shipment": shipment_id, "until": until})

    def visitor(self, text: str) -> int | None:
        """The shipment of a visit to this portal that is not over."""
        try:
            told = self.parts.signer.unseal(_SALT, text)
        except PageError:
            return None
        mine = told.get("portal") == self.portal.id and told.get("until", 0) > self.parts.clock.now().timestamp()
        return told.get("shipment") if mine else None

    # --- the comparing

    def _take(self, limits: Mapping[tuple[str, str], tuple[Limit, ...]]) -> int:
        parts = self.parts
        return Tries(parts.shared, parts.sessions, parts.clock, self.links.digest).take(self.portal.id, limits)

    def _of_phone(self, sent: list[Sent], typed: str, length: int) -> Sent | None:
        """The one whose phone ends so. Nothing tells how many were compared, or how much of a phone was right."""
        found: Sent | None = None
        wanted = self.links.digest(typed)
        for at in range(LOOKED):
            each = sent[at] if at < len(sent) else Sent(0, 0, ())
            for phone in each.phones or ("none",):
                same = hmac.compare_digest(self.links.digest(phone[-length:] if length else phone), wanted)
                if same and typed and each.shipment_id and found is None:
                    found = each
        return found


def _network(caller: str) -> str:
    """Whom an address stands for: of IPv6 a whole network is one household's."""
    try:
        address = ipaddress.ip_address(caller)
    except ValueError:
        return "unknown"
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)
