"""The portal's online store: does it sell with our delivery, under which name, by whose prices."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from b24app.bitrix24.features import Feature, has
from b24app.flows.shop import KEY, By, ShopRules, Words
from b24app.frames import pages
from b24app.frames import parts as page_parts
from b24app.frames.session import PageSession
from b24app.logistics.extras import Extra
from b24app.store import portal_settings, portals
from b24app.store.audit import Act, compared
from b24app.store.faces.portal import PortalFacts
from b24app.store.lanes import LaneRef
from b24app.store.part_looks import look_again
from b24app.store.shop import STEP, Standing
from b24app.systems.plugin import SystemPlugin
from placements.app.desk import Desk
from placements.app.saving import audit
from placements.app.section import Group, Section

BOX = "parts/app_shop.html"
LONGEST = 80
_CURRENCY = re.compile(r"[A-Z]{3}")
#: How install/run.py begins the words of a step that went without what the portal refused.
_SKIPPED = "skipped|"


@dataclass(frozen=True, slots=True)
class ShopCard:
    """`errors`: field -> key of the `shop.wrong.*` words. `pipelines`: (number, name). `lacking`: the portal did not
    grant it. `there`: the store has our service; `said`: its own words where it refused; `reading`: it is being set up
    right now. `asleep`: the pipeline of its orders does not ship.
    `extras`: what connected carriers give beside carrying."""

    rules: ShopRules
    pipelines: tuple[tuple[int, str], ...]
    errors: Mapping[str, str] = field(default_factory=dict)
    saved: bool = False
    lacking: bool = False
    there: bool = False
    said: str = ""
    failed: str = ""
    reading: bool = False
    asleep: bool = False
    extras: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        shown = replace(self, errors={}, saved=False)
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def card(systems: Mapping[str, SystemPlugin], facts: PortalFacts, saved: bool = False) -> ShopCard:
    rules, standing, step = ShopRules.of(facts.settings), Standing.of(facts.settings), facts.step(STEP)
    row = facts.pipelines.get(rules.category)
    words = step.words if step is not None and not step.is_open else ""
    return ShopCard(
        rules=rules,
        pipelines=_pipelines(facts),
        saved=saved,
        lacking=not has(Feature.STORE, facts.portal.scopes or ()),
        there=standing.is_there,
        said=words.removeprefix(_SKIPPED) if words.startswith(_SKIPPED) else "",
        failed=words.partition("|")[2] if step is not None and step.state == "failed" else "",
        reading=step is not None and step.is_open,
        asleep=rules.on and not (row is not None and row.enabled),
        extras=_extras(systems, facts),
    )


def _extras(systems: Mapping[str, SystemPlugin], facts: PortalFacts) -> tuple[str, ...]:
    mine = [systems[each.system].manifest for each in facts.shippers if each.system in systems]
    given = {extra for manifest in mine for extra in manifest.extras}
    return tuple(each.value for each in Extra if each.value in given)


def _pipelines(facts: PortalFacts) -> tuple[tuple[int, str], ...]:
    return tuple((int(each["id"]), str(each["name"])) for each in facts.settings.get("pipelines", ()))


def read_form(form: Mapping[str, str], before: ShopRules, pipelines: Sequence[int]) -> tuple[ShopRules, dict[str, str]]:
    """What was typed, and what is wrong with it. Nothing is asked of a store that is switched off."""
    name, currency = form.get("name", "").strip(), form.get("currency", "").strip().upper()
    category, by = form.get("category", ""), form.get("by", By.RULES)
    told = form.get("words", before.words)
    errors: dict[str, str] = {}
    if len(name) > LONGEST:
        errors["name"] = "long"
    if not _CURRENCY.fullmatch(currency):
        errors["currency"] = "currency"
    if not category.isdigit() or int(category) not in pipelines:
        errors["category"] = "category"
    if by not in set(By):
        errors["by"] = "by"
    if told not in set(Words):
        errors["words"] = "words"
    typed = replace(
        before,
        on=form.get("on") == "yes",
        name=name[:LONGEST],
        currency=currency[:3],
        category=int(category) if "category" not in errors else before.category,
        by=By(by) if "by" not in errors else before.by,
        insurance=form.get("insurance") == "yes",
        cod=form.get("cod") == "yes",
        words=Words(told) if "words" not in errors else before.words,
        extras=tuple(each.value for each in Extra if form.get(f"extra_{each.value}") == "yes"),
    )
    return typed, errors


def view(desk: Desk, who: PageSession, facts: PortalFacts) -> Mapping[str, Any]:  # noqa: ARG001 - as every section
    return {"shop": card(desk.parts.systems, facts)}


def routes(bp: Blueprint, desk: Desk) -> None:
    def shop() -> Response:
        """The card; 204 when nothing changed since version `v`."""
        who = desk.who()
        shown = card(desk.parts.systems, desk.facts(who))
        if shown.version == request.args.get("v"):
            return pages.nothing_new(who, desk.parts.signer)
        return desk.fragment(who, BOX, shop=shown)

    def save_shop() -> Response:
        who, facts = desk.who(), desk.facts(desk.who())
        shown = card(desk.parts.systems, facts)
        if shown.lacking:
            return desk.fragment(who, BOX, shop=shown)
        rules, errors = read_form(request.form, shown.rules, [number for number, _ in shown.pipelines])
        if errors:
            return desk.fragment(who, BOX, shop=replace(shown, rules=rules, errors=errors))

        def store(session: Session) -> LaneRef:
            now = desk.parts.clock.now()
            was = ShopRules.of(portals.get(session, who.portal_id).settings)
            portal_settings.merge(session, who.portal_id, **{KEY: rules.to_json()})
            audit(session, who, Act.SHOP, now, changes=compared(was.to_json(), rules.to_json()))
            return look_again(session, who.portal_id, STEP, now, page_parts.trace())

        desk.write(store)
        return desk.fragment(who, BOX, shop=card(desk.parts.systems, desk.facts(who), saved=True))

    bp.get("/app/shop")(shop)
    bp.post("/app/shop")(save_shop)


SECTION = Section("shop", Group.MORE, "store", view, routes=routes)
