"""By which ways a client can be reached, which of them is taken, and in which language. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from b24app.flows.messages.rules import Channel, Plan
from b24app.flows.snapshot import DealSnapshot, Person
from b24app.logistics.model import Recipient
from b24app.logistics.phones import country_of, is_mobile, read_phones

#: Kinds of portal items, as its methods number them (bitrix24-crm.md §0.7).
CONTACT, COMPANY = 3, 4
_READS_RUSSIAN = frozenset({"RU", "BY", "KZ", "UZ", "AM", "AZ", "KG", "GE", "TJ", "TM", "MD"})
_NOT_FOR_MESSAGES = frozenset({"FAX", "PAGER"})
_MOST = 254


@dataclass(frozen=True, slots=True)
class Letterbox:
    """An e-mail address and whose it is in the portal."""

    address: str
    entity: int
    id: int


@dataclass(frozen=True, slots=True)
class Chat:
    """An open channel's chat and whose it is in the portal."""

    id: int
    entity: int
    of: int


@dataclass(frozen=True, slots=True)
class Client:
    """`phones` are E.164, best first. `people` are type and id of those whose chats may be looked for."""

    phones: tuple[str, ...] = ()
    boxes: tuple[Letterbox, ...] = ()
    emails: tuple[str, ...] = ()
    people: tuple[tuple[int, int], ...] = ()
    chat: Chat | None = None

    @property
    def mobile(self) -> str:
        """Where a text message goes; "" = nowhere."""
        return next((phone for phone in self.phones if is_mobile(phone)), "")

    @property
    def addresses(self) -> tuple[str, ...]:
        """Everything by which they may have asked for silence, as it is kept (`store.message_stops.normal`)."""
        return (*self.phones, *(email.lower() for email in self.emails))


def client_of(recipient: Recipient | None, deal: DealSnapshot | None, country: str = "RU") -> Client:
    """Whoever the parcel goes to comes before the deal's people; `deal` None = it was not read."""
    phones: list[str] = []
    emails: list[str] = []
    if recipient is not None:
        phones += [each for each in (recipient.phone, *recipient.spare_phones) if each]
        emails += [recipient.email] if recipient.email else []
    people = _people(deal) if deal is not None else []
    boxes: list[Letterbox] = []
    for person in people:
        kind = COMPANY if person.is_company else CONTACT
        for phone in person.phones:
            if phone.kind not in _NOT_FOR_MESSAGES:
                phones += [found.e164 for found in read_phones(phone.text, country)]
        boxes += [Letterbox(each, kind, person.id) for each in map(str.strip, person.emails) if _is_email(each)]
    wanted = recipient.email.lower() if recipient is not None and recipient.email else ""
    boxes.sort(key=lambda box: box.address.lower() != wanted)
    emails += [box.address for box in boxes]
    return Client(
        tuple(dict.fromkeys(phones)),
        tuple(boxes),
        tuple(dict.fromkeys(emails)),
        tuple((COMPANY if each.is_company else CONTACT, each.id) for each in people),
    )


def _people(deal: DealSnapshot) -> list[Person]:
    """The first contact before the others, the company last: a person reads, a switchboard does not."""
    return [*deal.contacts, *([deal.company] if deal.company else [])]


def _is_email(text: str) -> bool:
    name, _, host = text.rpartition("@")
    return bool(name) and "." in host and not any(sign.isspace() for sign in text) and len(text) <= _MOST


@dataclass(frozen=True, slots=True)
class Ready:
    """What the portal has: an account at a gateway, somebody who writes letters and chats, triggers."""

    sms: bool = False
    email: bool = False
    chat: bool = False
    trigger: bool = False


def choose(channels: Iterable[Channel], client: Client, ready: Ready) -> Channel | None:
    """The first by which this client can be reached; None = none of them."""
    reached = {
        Channel.SMS: ready.sms and bool(client.mobile),
        Channel.EMAIL: ready.email and bool(client.boxes),
        Channel.CHAT: ready.chat and client.chat is not None,
        Channel.TRIGGER: ready.trigger,
    }
    return next((each for each in channels if reached[each]), None)


def language(portal: str, client: Client, plan: Plan, channel: Channel) -> str:
    """The portal's, `ru` or `en`; who has a phone of a country where people don't read Russian reads English, unless
    the shop wrote its own words in the portal's language alone."""
    country = country_of(client.phones[0]) if client.phones else ""
    if portal != "ru" or not country or country in _READS_RUSSIAN:
        return portal
    own = plan.text("ru", channel) is not None and plan.text("en", channel) is None
    return portal if own else "en"
