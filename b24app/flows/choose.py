"""Which account and service ship a deal: rules in order, the first that fits wins. Pure.

Conditions that a deal cannot answer (no city is known, the weight is a problem) do not fit: a rule is never chosen by a
guess. A rule without a service for the deal's kind of delivery does not fit either, so that no deal gets stuck in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from b24app.flows.picking import Before
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.model import DeliveryKind, Sender
from b24app.logistics.money import Money


@dataclass(frozen=True, slots=True)
class Conditions(Jsonable):
    """All that are set must hold; an empty or None one asks nothing. Borders belong to the range.

    `cities` and `regions` are names as people write them; `value` is what the goods cost, in minor units of `currency`.
    """

    cities: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    weight_from_g: int | None = None
    weight_to_g: int | None = None
    value_from: int | None = None
    value_to: int | None = None
    currency: str = "RUB"
    cod: bool | None = None
    kind: DeliveryKind | None = None


@dataclass(frozen=True, slots=True)
class Rule(Jsonable):
    """`category` None = any pipeline; `services` by delivery kind; `sender` None = the account's own; `before` None =
    as the pipeline says."""

    id: int
    connection_id: int
    services: Mapping[DeliveryKind, str]
    title: str = ""
    enabled: bool = True
    category: int | None = None
    conditions: Conditions = field(default_factory=Conditions)
    sender: Sender | None = None
    before: Before | None = None


@dataclass(frozen=True, slots=True)
class Picked(Jsonable):
    """What a person chose for one deal: it goes before every rule. `connection_id` 0 = the account is gone; `kind` is
    the kind of delivery they chose it for."""

    connection_id: int
    service: str
    kind: DeliveryKind
    sender: Sender | None = None


@dataclass(frozen=True, slots=True)
class Facts(Jsonable):
    """What rules may ask about a deal; None = not known, `cities` are the names read in its address, best first."""

    category: int
    kind: DeliveryKind | None = None
    cities: tuple[str, ...] = ()
    region: str = ""
    weight_g: int | None = None
    value: Money | None = None
    cod: bool | None = None


@dataclass(frozen=True, slots=True)
class Reason(Jsonable):
    """Why a rule does not fit: a key of the `rules.why.*` words with what it says about."""

    why: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Miss(Jsonable):
    """A rule that was tried before and did not fit."""

    rule_id: int
    title: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Choice(Jsonable):
    """`rule` None = none fits: the pipeline's own account and service ship."""

    rule: Rule | None = None
    misses: tuple[Miss, ...] = ()


def choose(facts: Facts, rules: Sequence[Rule]) -> Choice:
    """The first rule that fits, and why each earlier one does not. Switched-off rules are passed over in silence."""
    misses: list[Miss] = []
    for rule in rules:
        if not rule.enabled:
            continue
        reasons = tuple(_reasons(facts, rule))
        if not reasons:
            return Choice(rule, tuple(misses))
        misses.append(Miss(rule.id, rule.title, reasons))
    return Choice(None, tuple(misses))


def _reasons(facts: Facts, rule: Rule) -> Iterator[Reason]:
    wanted = rule.conditions
    if rule.category is not None and rule.category != facts.category:
        yield Reason("category")
    yield from _kind(facts, rule)
    yield from _place(facts, wanted)
    yield from _range("weight", facts.weight_g, wanted.weight_from_g, wanted.weight_to_g)
    yield from _value(facts, wanted)
    if wanted.cod is not None and facts.cod is not wanted.cod:
        yield Reason("cod_unknown" if facts.cod is None else "cod_yes" if facts.cod else "cod_no")


def _kind(facts: Facts, rule: Rule) -> Iterator[Reason]:
    wanted = rule.conditions.kind
    if facts.kind is None:
        if wanted is not None:
            yield Reason("kind_unknown")
        return
    if wanted is not None and wanted is not facts.kind:
        yield Reason(f"kind_{facts.kind.value}")
    elif not rule.services.get(facts.kind):
        yield Reason(f"no_service_{facts.kind.value}")


def _place(facts: Facts, wanted: Conditions) -> Iterator[Reason]:
    """A city or a region of the lists; with both lists either will do."""
    if not wanted.cities and not wanted.regions:
        return
    if not facts.cities and not facts.region:
        yield Reason("place_unknown")
        return
    cities = {plain_name(name) for name in wanted.cities}
    in_city = any(plain_name(name) in cities for name in facts.cities)
    if not in_city and not any(_within(region, facts) for region in wanted.regions):
        yield Reason("place", {"place": next(iter(facts.cities), facts.region)})


def _within(region: str, facts: Facts) -> bool:
    """A region's name stands in the one that the address states (`Казань, респ. Татарстан`); in capitals that are
    regions of their own the city is the region."""
    name = plain_name(region)
    told = plain_name(facts.region)
    return bool(name) and (f" {name} " in f" {told} " or any(plain_name(city) == name for city in facts.cities))


#: Words that say what kind of place a name is; people write them or not.
_KIND_WORDS = """
    г гор город обл область край респ республика ао автономный округ р-н район пос п село с деревня д"""
_KINDS = frozenset(_KIND_WORDS.split())


def plain_name(name: str) -> str:
    """`г. Орёл` and `орел` are one name: no case, no ё, no marks, no words for the kind of place."""
    letters = "".join(sign if sign.isalnum() or sign == "-" else " " for sign in name.casefold().replace("ё", "е"))
    return " ".join(word for word in letters.split() if word not in _KINDS)


def _value(facts: Facts, wanted: Conditions) -> Iterator[Reason]:
    if wanted.value_from is None and wanted.value_to is None:
        return
    if facts.value is not None and facts.value.currency != wanted.currency:
        yield Reason("value_currency", {"currency": facts.value.currency})
        return
    yield from _range("value", facts.value.minor if facts.value else None, wanted.value_from, wanted.value_to)


def _range(what: str, found: int | None, least: int | None, most: int | None) -> Iterator[Reason]:
    if least is None and most is None:
        return
    if found is None:
        yield Reason(f"{what}_unknown")
    elif least is not None and found < least:
        yield Reason(f"{what}_less", {"found": found, "border": least})
    elif most is not None and found > most:
        yield Reason(f"{what}_more", {"found": found, "border": most})
