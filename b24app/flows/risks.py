"""What may go wrong with these parcels at this carrier: looked at before anything is sent. Pure.

Nothing here stops an order: what is certainly wrong with a deal is a Problem of its own. This is what people would want
to know before they press the button.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from b24app.flows.compose import Composed
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.money import Money
from b24app.logistics.phones import country_of, is_mobile
from b24app.logistics.points import Box, Misfit, Needs, PickupPoint, doubts, misfits
from b24app.logistics.problem import Field


@dataclass(frozen=True, slots=True)
class Guess(Jsonable):
    """A product whose weight is a default: grams of one piece."""

    name: str
    weight_g: int


@dataclass(frozen=True, slots=True)
class Cargo(Jsonable):
    """What risks are judged by; nothing of the client in it. `rows` are rows of goods in all boxes, `sized` the boxes
    whose size is a guess, by their numbers from 1. `worth` is what the goods cost, `declared` what is declared. `phone`
    is the code of a problem with it ("" = it can be read), `phone_from` its country, `mobile` whether it takes
    messages, `country` where the parcel goes ("" = not known)."""

    boxes: tuple[Box, ...]
    rows: int = 0
    guesses: tuple[Guess, ...] = ()
    sized: tuple[int, ...] = ()
    worth: Money | None = None
    declared: Money | None = None
    cod: Money | None = None
    phone: str = ""
    phone_from: str = ""
    mobile: bool = True
    country: str = ""


@dataclass(frozen=True, slots=True)
class Risk(Jsonable):
    """`code` is a key of the `risk.*` words, `params` what they name (grams, Money, days). `refused`: the carrier will
    not take it so; else it costs or annoys somebody. `misfit`: why the point is none for this."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    refused: bool = False
    misfit: Misfit | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The chosen pickup point as the carrier lists it; `point` None = its list has no such one. `arrives`: the days on
    which the parcel may come."""

    code: str
    point: PickupPoint | None
    arrives: tuple[date, ...] = ()


def cargo_of(composed: Composed) -> Cargo:
    parts, parcels = composed.parts, composed.parts.parcels
    recipient, destination = parts.recipient, parts.destination
    worth = composed.facts.value
    guessed = {
        item.name: item.weight_g
        for parcel in parcels
        if any(guess.startswith("weight:") for guess in parcel.guesses)
        for item in parcel.items
        if item.guessed
    }
    sized = (at for at, each in enumerate(parcels, start=1) if any(one.startswith("size:") for one in each.guesses))
    return Cargo(
        boxes=tuple(map(Box.of, parcels)),
        rows=sum(len(parcel.items) for parcel in parcels),
        guesses=tuple(Guess(name, weight) for name, weight in guessed.items()),
        sized=tuple(sized),
        worth=worth,
        declared=parts.declared if parts.declared is not None else worth,
        cod=parts.cod,
        phone=next((each.code for each in composed.problems if each.field is Field.PHONE), ""),
        phone_from=country_of(recipient.phone) if recipient.phone else "",
        mobile=is_mobile(recipient.phone) if recipient.phone else True,
        country=destination.address.country if destination and destination.address else "",
    )


def risks(cargo: Cargo, limits: Mapping[str, Any], service: str, place: Place | None = None) -> tuple[Risk, ...]:
    """What the carrier refuses first. `limits` are those of the manifest; `place` None = to a door."""
    found = [
        *_of_phone(cargo, limits),
        *_of_boxes(cargo, limits, service),
        *(_of_place(cargo, place) if place else ()),
        *_of_money(cargo),
        *_of_guesses(cargo),
    ]
    return tuple(sorted(found, key=lambda risk: not risk.refused))


def _of_phone(cargo: Cargo, limits: Mapping[str, Any]) -> Iterator[Risk]:
    """A carrier checks a number against the recipient's country, but for countries that it always takes."""
    if cargo.phone:
        yield Risk(cargo.phone, refused=True)
    elif cargo.country and cargo.phone_from not in ("", cargo.country, *limits.get("phone_countries", ())):
        yield Risk("phone_foreign", {"from": cargo.phone_from, "to": cargo.country})
    elif not cargo.mobile:
        yield Risk("phone_landline")


def _of_boxes(cargo: Cargo, limits: Mapping[str, Any], service: str) -> Iterator[Risk]:
    most = weight_limit(limits, service)
    for at, box in enumerate(cargo.boxes, start=1):
        if most and box.weight_g > most:
            yield Risk("heavy", {"n": at, "weight_g": box.weight_g, "limit_g": most}, refused=True)
        from_g = limits.get("size_from_g")
        if from_g is not None and box.weight_g >= from_g and min(box.sides_mm) <= 0:
            yield Risk("unsized", {"n": at}, refused=True)
    for code, count in (("max_parcels", len(cargo.boxes)), ("max_items", cargo.rows)):
        limit = limits.get(code)
        if limit is not None and count > limit:
            yield Risk(code, {"n": count, "limit": limit}, refused=True)


def weight_limit(limits: Mapping[str, Any], service: str) -> int | None:
    """Grams of one parcel; None = the system states none for this service."""
    of_services: Mapping[str, int] | None = limits.get("service_weight_g")
    if of_services is not None:
        return of_services.get(service)
    return limits.get("max_weight_g")


def _of_place(cargo: Cargo, place: Place) -> Iterator[Risk]:
    if place.point is None:
        yield Risk("point_unlisted", {"point": place.code})
        return
    needs = Needs(cargo.boxes, cargo.cod)
    for misfit in misfits(place.point.takes, needs):
        yield Risk("point", {"point": place.code}, refused=True, misfit=misfit)
    for doubt in doubts(place.point.takes, needs):
        if doubt in ("only_card", "only_cash", "cod"):
            yield Risk(f"point_{doubt}", {"point": place.code})
    shut = next((day for day in place.arrives if place.point.hours.open_on(day) is False), None)
    if shut is not None:
        yield Risk("point_shut", {"point": place.code, "day": shut})


def _of_money(cargo: Cargo) -> Iterator[Risk]:
    if cargo.worth is not None and not cargo.worth:
        yield Risk("no_worth")
    elif cargo.worth and cargo.declared is not None and not cargo.declared:
        yield Risk("no_declared", {"worth": cargo.worth})


def _of_guesses(cargo: Cargo) -> Iterator[Risk]:
    for guess in cargo.guesses:
        yield Risk("weight_guess", {"name": guess.name, "weight_g": guess.weight_g})
    for at in cargo.sized:
        yield Risk("size_guess", {"n": at})


def checked(cargo: Cargo, found: tuple[Risk, ...], place: Place | None) -> tuple[str, ...]:
    """What was looked at and is fine: phone, parcels, money, point."""
    about = {
        "phone": not any(risk.code.startswith("phone") for risk in found),
        "parcels": bool(cargo.boxes)
        and not any(risk.code in ("heavy", "unsized", "max_parcels", "max_items") for risk in found),
        "money": cargo.worth is not None and not any(risk.code in ("no_worth", "no_declared") for risk in found),
        "point": place is not None
        and place.point is not None
        and not any(risk.code in ("point", "point_shut", "point_cod") for risk in found),
    }
    return tuple(what for what, fine in about.items() if fine)
