"""What a deal asks of a pickup point: composed as shipping composes it, whatever is still missing in the deal. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from b24app.flows.compose import compose
from b24app.flows.destination import read_address_field, read_point_code
from b24app.flows.snapshot import DealSnapshot, PipelineConfig, Role
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.money import Money
from b24app.logistics.points import Box


@dataclass(frozen=True, slots=True)
class DealNeeds(Jsonable):
    """`boxes` empty = what is in the deal has no weight yet; `guessed` = weights or sizes are partly defaults.

    `address` as the deal has it, `lat`/`lon` where the portal put it on the map. `point` is the code that the deal
    holds now, `connection_id` the account that would carry it (0 = none). `extras`: what a person chose beside carrying
    (what the pipeline wishes rules no point out).
    """

    boxes: tuple[Box, ...] = ()
    guessed: bool = False
    cod: Money | None = None
    name: str = ""
    address: str = ""
    city: str = ""
    lat: float | None = None
    lon: float | None = None
    point: str = ""
    connection_id: int = 0
    extras: tuple[str, ...] = ()


def deal_needs(deal: DealSnapshot, pipeline: PipelineConfig) -> DealNeeds:
    composed = compose(deal, pipeline)
    parcels = composed.parts.parcels
    address = read_address_field(deal.fields.get(Role.ADDRESS), pipeline.country)
    return DealNeeds(
        boxes=tuple(map(Box.of, parcels)),
        guessed=any(parcel.guesses for parcel in parcels),
        cod=composed.parts.cod,
        name=composed.parts.recipient.name,
        address=address.text if address else "",
        city=next(iter(address.city_names), "") if address else "",
        lat=address.lat if address else None,
        lon=address.lon if address else None,
        point=read_point_code(deal.fields.get(Role.POINT)),
        connection_id=composed.connection_id,
        extras=deal.extras or (),
    )
