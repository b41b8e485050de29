"""What would be sent for a deal, value by value with where each comes from: the dry run. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from b24app.flows.compose import Composed
from b24app.flows.laying import goods_of, with_stated
from b24app.flows.parcels import find_sides, find_weight
from b24app.flows.plan import PlannedParcel
from b24app.flows.recipient import as_text
from b24app.flows.snapshot import (
    CodSource,
    DealSnapshot,
    DeclaredSource,
    Defaults,
    Person,
    PipelineConfig,
    ProductRow,
    Role,
    Source,
)
from b24app.logistics.jsonable import Jsonable, dump
from b24app.logistics.model import Address, Parcel, Sender
from b24app.logistics.numbers import plain


@dataclass(frozen=True, slots=True)
class Origin(Jsonable):
    """Where a value comes from: a key of the `trial.from.*` words, and what it names.

    `field` (role) · `contact` `company` `rule` (name) · `person` (typed in the tab) `row` `variation` `parent`
    `section` `portal` (a weight or a size, best first) · `goods` `payments` `pipeline` `account` `sender` `read` (from
    the address) `filled` `stacked` `chosen` (for this deal, by its buyer or in the tab) …
    """

    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Told(Jsonable):
    """One line: `group` account | recipient | where | parcel | money | rest; `label` a key of `trial.field.*` words.

    `form` says how to write `value`: text, phone, kind, money (of `Money.to_json`), weight (grams), size (three
    millimetres), account (id), service (code), extra (`logistics.extras`). `name` tells lines of one label apart (a
    product).
    """

    group: str
    label: str
    form: str
    value: Any
    origin: Origin
    guess: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Case:
    deal: DealSnapshot
    pipeline: PipelineConfig
    composed: Composed

    def filled(self, role: Role) -> bool:
        return bool(as_text(self.deal.fields.get(role)))


def explain(deal: DealSnapshot, pipeline: PipelineConfig, composed: Composed) -> tuple[Told, ...]:
    """Lines in the order of a parcel's label. What a problem hides is left out: the problem says it."""
    case = _Case(deal, pipeline, composed)
    parts = (_account(case), _recipient(case), _where(case), _parcel(case), _money(case), _rest(case))
    return tuple(line for lines in parts for line in lines)


def _account(case: _Case) -> Iterator[Told]:
    rule = case.composed.choice.rule
    origin = Origin("rule", rule.title) if rule else Origin("pipeline")
    if case.composed.connection_id:
        yield Told("account", "account", "account", case.composed.connection_id, origin)
    if case.composed.parts.service:
        yield Told("account", "service", "service", case.composed.parts.service, origin)
    asked = Origin("pipeline") if case.deal.extras is None else Origin("chosen")
    yield from (Told("account", "extra", "extra", each, asked) for each in case.composed.extras)


def _recipient(case: _Case) -> Iterator[Told]:
    deal, recipient = case.deal, case.composed.parts.recipient
    people = [*deal.contacts, *([deal.company] if deal.company else [])]
    if recipient.name:
        named = next((each for each in people if each.name.strip()), None)
        yield Told("recipient", "name", "text", recipient.name, _of(case, Role.NAME, named))
    if recipient.phone:
        owner = next((each for each in people if recipient.phone_raw in {phone.text for phone in each.phones}), None)
        origin = _of(case, Role.PHONE, owner)
        extension = f" ext. {recipient.extension}" if recipient.extension else ""
        yield Told("recipient", "phone", "phone", recipient.phone + extension, origin)
        yield from (Told("recipient", "spare_phone", "phone", phone, origin) for phone in recipient.spare_phones)
    if recipient.email:
        owner = next((each for each in people if recipient.email in {text.strip() for text in each.emails}), None)
        yield Told("recipient", "email", "text", recipient.email, _person(owner))
    if recipient.company:
        yield Told("recipient", "company", "text", recipient.company, Origin("company", recipient.company))


def _of(case: _Case, role: Role, person: Person | None) -> Origin:
    return Origin("field", role.value) if case.filled(role) else _person(person)


def _person(person: Person | None) -> Origin:
    if person is None:
        return Origin("waybill")
    return Origin("company" if person.is_company else "contact", person.name)


def _where(case: _Case) -> Iterator[Told]:
    destination = case.composed.parts.destination
    if destination is None:
        return
    kind = Origin("field", Role.TYPE.value) if case.filled(Role.TYPE) else Origin("filled")
    yield Told("where", "kind", "kind", destination.kind.value, kind)
    if destination.point_code:
        yield Told("where", "point", "text", destination.point_code, Origin("field", Role.POINT.value))
    if destination.address:
        yield from _address(destination.address)


def _address(address: Address) -> Iterator[Told]:
    yield Told("where", "address", "text", address.text, Origin("field", Role.ADDRESS.value))
    read = {
        "postal_code": address.postal_code,
        "region": address.region,
        "city": " · ".join(address.city_names),
    }
    yield from (Told("where", label, "text", value, Origin("read")) for label, value in read.items() if value)


def _parcel(case: _Case) -> Iterator[Told]:
    parcels, defaults, plan = case.composed.parts.parcels, case.pipeline.defaults, case.deal.plan
    if not parcels:
        return
    rows = with_stated(goods_of(case.deal.rows), plan.stated if plan else ())
    for row in rows:
        weight, source = find_weight(row, defaults)
        kind = source.value if source else "waybill"
        guess = source is not None and source.is_guess
        yield Told("parcel", "item", "weight", round(weight), Origin(kind), guess, _item_name(row))
        yield Told("parcel", "price", "money", dump(row.price), Origin("rows"), name=_item_name(row))
        if row.sku:
            yield Told("parcel", "sku", "text", row.sku, Origin("product"), name=_item_name(row))
    for at, parcel in enumerate(parcels, start=1):
        yield from _box(parcel, plan.parcels[at - 1] if plan else None, rows, defaults, at if len(parcels) > 1 else 0)


def _box(
    parcel: Parcel, planned: PlannedParcel | None, rows: list[ProductRow], defaults: Defaults, at: int
) -> Iterator[Told]:
    """One parcel; `at` 0 = the only one."""
    name = f"№\u00a0{at}" if at else ""
    person = Origin(Source.PERSON.value)
    own = planned is not None and planned.packaging_g is not None
    packaging = planned.packaging_g if planned and planned.packaging_g is not None else defaults.packaging_g
    if packaging:
        yield Told("parcel", "packaging", "weight", packaging, person if own else Origin("pipeline"), name=name)
    weighed = planned is not None and planned.weight_g > 0
    origin = person if weighed else Origin("goods")
    yield Told("parcel", "weight", "weight", parcel.weight_g, origin, _guessed(parcel, "weight"), name)
    if parcel.length_mm:
        sides = [parcel.length_mm, parcel.width_mm, parcel.height_mm]
        measured = planned is not None and planned.length_mm > 0
        origin = person if measured else _size_origin(parcel, rows)
        yield Told("parcel", "size", "size", sides, origin, _guessed(parcel, "size"), name)


def _item_name(row: ProductRow) -> str:
    return f"{row.name} × {plain(row.quantity)}"


def _guessed(parcel: Parcel, what: str) -> bool:
    return any(guess.startswith(f"{what}:") for guess in parcel.guesses)


def _size_origin(parcel: Parcel, rows: list[ProductRow]) -> Origin:
    for kind in ("portal", "stacked", "section"):
        if f"size:{kind}" in parcel.guesses:
            return Origin(kind)
    sources = [source for row in rows if (source := find_sides(row)[1])]
    return Origin(sources[0].value if sources else "goods")


def _money(case: _Case) -> Iterator[Told]:
    parts, pipeline = case.composed.parts, case.pipeline
    if parts.cod:
        paid = pipeline.cod_source is CodSource.UNPAID
        origin = Origin("payments") if paid else Origin("field", Role.COD.value)
        yield Told("money", "cod", "money", dump(parts.cod), origin)
    else:
        yield Told("money", "cod", "none", None, Origin("pipeline" if pipeline.cod_source is CodSource.NONE else "cod"))
    if parts.declared is not None:
        field_ = pipeline.declared_source is DeclaredSource.FIELD
        origin = Origin("field", Role.DECLARED.value) if field_ else Origin("pipeline")
        yield Told("money", "declared", "money", dump(parts.declared), origin)
    elif parts.parcels:
        total = sum(item.price.minor * item.quantity for parcel in parts.parcels for item in parcel.items)
        value = {"minor": total, "currency": case.deal.currency}
        yield Told("money", "declared", "money", value, Origin("goods"))


def _rest(case: _Case) -> Iterator[Told]:
    request = case.composed.request
    if case.filled(Role.COMMENT):
        text = as_text(case.deal.fields.get(Role.COMMENT))
        yield Told("rest", "comment", "text", text, Origin("field", Role.COMMENT.value))
    if case.filled(Role.REFERENCE):
        text = as_text(case.deal.fields.get(Role.REFERENCE))
        yield Told("rest", "reference", "text", text, Origin("field", Role.REFERENCE.value))
    if case.composed.parts.sender:
        yield Told("rest", "sender", "text", _sender(case.composed.parts.sender), Origin("sender"))
    else:
        yield Told("rest", "sender", "none", None, Origin("account"))
    if request is not None:
        yield Told("rest", "number", "text", request.number, Origin("waybill"))


def _sender(sender: Sender) -> str:
    place = sender.point_code or (sender.address.text if sender.address else "")
    return ", ".join(filter(None, (sender.company, sender.name, sender.phone, place)))
