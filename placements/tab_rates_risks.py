"""What to look at before sending: the risks of the picked offer in words, and what was checked and is fine. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from b24app.flows.risks import Cargo, Place, Risk, checked, risks
from b24app.frames.formats import Formats
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote
from placements.point_words import why_text

#: Products that are named; of the others it is said how many they are.
NAMED = 3
#: Who opens what puts it right: a key of the `risk.do.*` words.
_DOES = {
    "heavy": "parcels",
    "unsized": "parcels",
    "max_parcels": "parcels",
    "weight_guess": "parcels",
    "size_guess": "parcels",
    "point": "points",
    "point_unlisted": "points",
    "point_shut": "points",
    "point_cod": "points",
}


@dataclass(frozen=True, slots=True)
class RiskView:
    """`tone` red | amber; `does`: what puts it right here, parcels | points | "" = a field of the deal."""

    code: str
    tone: str
    title: str
    text: str
    does: str


@dataclass(frozen=True, slots=True)
class RiskList:
    """`fine`: what was checked and is all right, in one sentence."""

    rows: tuple[RiskView, ...]
    fine: str


def arrival(quote: Quote, today: date) -> tuple[date, ...]:
    """The days on which a parcel may come that leaves today."""
    most = quote.days_max
    if most is None:
        return ()
    least = quote.days_min if quote.days_min is not None else most
    return tuple(today + timedelta(days=each) for each in range(least, min(most, least + 14) + 1))


def risk_list(
    cargo: Cargo, limits: Mapping[str, Any], service: str, place: Place | None, carrier: str, formats: Formats
) -> RiskList:
    """`carrier` is the system's name for people."""
    found = risks(cargo, limits, service, place)
    fine = [formats.words(f"risk.fine.{what}") for what in checked(cargo, found, place)]
    said = formats.words("risk.fine_all", what=_listed(fine, formats), carrier=carrier) if fine else ""
    return RiskList(tuple(_view(risk, carrier, formats) for risk in _gathered(found)), said[:1].upper() + said[1:])


def _listed(words: list[str], formats: Formats) -> str:
    if len(words) < 2:
        return "".join(words)
    return formats.words("risk.and", most=", ".join(words[:-1]), last=words[-1])


def _gathered(found: Iterable[Risk]) -> list[Risk]:
    """Several products with a default weight, and several boxes with a guessed size, are one thing to look at."""
    rows: dict[str, Risk] = {}
    for at, risk in enumerate(found):
        key = risk.code if risk.code in ("weight_guess", "size_guess") else f"{risk.code}:{at}"
        before = rows.get(key)
        told = {"all": [*(before.params["all"] if before else ()), risk.params]}
        rows[key] = Risk(risk.code, {**risk.params, **told}, risk.refused, risk.misfit)
    return list(rows.values())


def _view(risk: Risk, carrier: str, formats: Formats) -> RiskView:
    t, params = formats.words, {**_params(risk, formats), "carrier": carrier}
    key = f"risk.{risk.code}"
    if risk.code in ("weight_guess", "size_guess") and params["count"] > 1:
        key += "es"
    title = t(f"{key}.title", **params)
    why = why_text(risk.misfit, formats) if risk.misfit is not None else ""
    text = f"{why[:1].upper()}{why[1:]}." if why else t(f"{key}.text", **params)
    return RiskView(risk.code, "red" if risk.refused else "amber", title, text, _DOES.get(risk.code, ""))


def _params(risk: Risk, formats: Formats) -> dict[str, Any]:
    every = risk.params["all"]
    names = [formats.quote(str(each.get("name", each.get("n", "")))) for each in every[:NAMED]]
    more = formats.words("risk.more", n=len(every) - NAMED) if len(every) > NAMED else ""
    listed = ", ".join(names) + more
    numbers = ", ".join(str(each["n"]) for each in every if "n" in each)
    shown = {name: _shown(name, value, formats) for name, value in risk.params.items() if name != "all"}
    return {**shown, "names": listed, "numbers": numbers, "count": len(every), "n": risk.params.get("n", len(every))}


def _shown(name: str, value: Any, formats: Formats) -> Any:
    if isinstance(value, Money):
        return formats.money(value.minor, value.currency)
    if isinstance(value, date):
        return formats.weekday(value)
    if name.endswith("_g"):
        return formats.weight(int(value))
    return formats.quote(value) if name == "name" else value
