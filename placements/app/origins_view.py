"""The places goods leave from, as their page draws them and as its form is checked. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from b24app.frames.formats import Formats
from b24app.logistics.addresses import read_address
from b24app.logistics.model import Sender
from b24app.logistics.phones import read_phones
from b24app.store.models import Connection, Origin

LONGEST = {"title": 120, "company": 120, "name": 120, "phone": 60, "address": 255}


@dataclass(frozen=True, slots=True)
class OriginCard:
    id: int
    title: str
    city: str
    default: bool
    current: bool


@dataclass(frozen=True, slots=True)
class OriginForm:
    """`id` 0 = a new place. `city` is what was recognised in the address; `used_by` are accounts that have it as their
    own; `only` = the first place, which is the default anyway. `errors`: field -> key of the `form.*` words."""

    id: int
    values: Mapping[str, str]
    city: str
    default: bool
    only: bool
    used_by: tuple[str, ...]
    errors: Mapping[str, str]
    saved: bool = False


def cards(places: Sequence[Origin], current: int) -> tuple[OriginCard, ...]:
    found = [(each, Sender.from_json(each.details)) for each in places]
    return tuple(
        OriginCard(each.id, each.title, city_of(sender), each.is_default, each.id == current) for each, sender in found
    )


def city_of(sender: Sender) -> str:
    """The likeliest city of the address, "" when none was recognised."""
    return sender.address.city_names[0] if sender.address and sender.address.city_names else ""


def origin_form(
    places: Sequence[Origin],
    place: Origin | None,
    accounts: Sequence[Connection],
    formats: Formats,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    saved: bool = False,
) -> OriginForm:
    """`typed` is what the person sent when something was wrong with it."""
    sender = Sender.from_json(place.details) if place else Sender()
    stored = {
        "title": place.title if place else "",
        "company": sender.company or "",
        "name": sender.name,
        "phone": formats.phone(sender.phone) if sender.phone else "",
        "address": sender.address.text if sender.address else "",
    }
    values = stored if typed is None else {name: typed.get(name, "") for name in LONGEST}
    return OriginForm(
        id=place.id if place else 0,
        values=values,
        city=city_of(sender),
        default=bool(typed.get("default")) if typed is not None else bool(place and place.is_default),
        only=not [each for each in places if place is None or each.id != place.id],
        used_by=tuple(each.title for each in accounts if place is not None and each.origin_id == place.id),
        errors=errors or {},
        saved=saved,
    )


def read_form(form: Mapping[str, str], country: str = "RU") -> tuple[Sender, dict[str, str]]:
    """The sender that a form describes, and what is wrong with it."""
    values = {name: " ".join(form.get(name, "").split()) for name in LONGEST}
    errors = {name: "required" for name in ("title", "phone", "address") if not values[name]}
    errors |= {name: "long" for name, most in LONGEST.items() if len(values[name]) > most}
    if not values["name"] and not values["company"]:
        errors["name"] = "contact"
    phones = read_phones(values["phone"], country)
    if values["phone"] and not phones:
        errors["phone"] = "phone"
    sender = Sender(
        name=values["name"],
        phone=phones[0].e164 if phones else None,
        company=values["company"] or None,
        address=read_address(values["address"], country) if values["address"] else None,
    )
    return sender, errors
