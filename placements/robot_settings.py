"""The fields of a robot of ours, chosen in the portal's own designer (bitrix24-crm.md §7.2 `PLACEMENT_HANDLER`;
b24restdocs: tutorials/bizproc/setting-robot.md). What is chosen goes into the portal's form of the robot and is saved
there: nothing is kept here, so that the plain fields of that form say the same.

Which placement the portal names is documented nowhere, so it is not asked: the frame is proven as every other, and the
robot's code and values are claims that nothing but this page is drawn from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response

from b24app.bitrix24.encoding import as_map
from b24app.bitrix24.robots import (
    BELL,
    BY_RULE,
    CANCEL,
    CHEAPEST,
    CREATE,
    FASTEST,
    FEED,
    LABEL,
    MAX_VALUE,
    OF_DEALS,
    POINT,
    QUIET,
    QUOTE,
    TROUBLE,
)
from b24app.frames import pages
from b24app.frames.parts import PageParts, answer_errors, answers_head, known_portal, prove, read_post, welcome
from b24app.frames.rights import Right, demand
from b24app.frames.who import read_person
from b24app.frames.words import words
from b24app.logistics.model import DeliveryKind
from b24app.logistics.papers import PaperKind
from b24app.store import portals
from b24app.store.engine import read_scope
from b24app.store.models import Connection, ConnectionState
from b24app.words import say

#: Of our sessions; the portal's own name of the place is not documented.
PLACEMENT = "ROBOT"
PATH, PAGE = "/robot/settings", "pages/robot_settings.html"
#: Value of a list that stands for what is typed beside it.
OWN = "…"
#: Properties that name a connection.
_ACCOUNTS = {"carrier", "account"}


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    title: str


@dataclass(frozen=True, slots=True)
class Group:
    """Services of one connection."""

    account: str
    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One property of the robot. `typed`: it may also be a text or an expression. `listed` is what the list shows of
    `value` (`OWN` = none of its choices), `group` the connection whose service that is."""

    name: str
    label: str
    value: str
    choices: tuple[Choice, ...]
    groups: tuple[Group, ...] = ()
    typed: bool = False
    listed: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """`no_accounts`: the robot works with carriers, and none is connected."""

    name: str
    fields: tuple[Field, ...]
    no_accounts: bool = False


def blueprint(parts: PageParts) -> Blueprint:
    bp = Blueprint("robot_settings", __name__)
    answer_errors(bp)
    answers_head(bp, PATH, "robot_settings")

    @bp.post(PATH)
    def opened() -> Response:
        post = read_post()
        proof = prove(parts, post)
        with read_scope(parts.sessions) as session:
            portal = known_portal(session, post.member_id)
        person = read_person(parts.person(portal, post.auth_id, proof.info.user_id), portal.scopes)
        who = welcome(parts, portal, post, proof, person, PLACEMENT)
        demand(Right.SETTINGS, portal.settings, who)
        with read_scope(parts.sessions) as session:
            accounts = [
                row
                for row in parts.giving("Orders", portals.connections(session, portal.id))
                if row.state == ConnectionState.READY
            ]
        page = drawn(parts, who.lang, post.options, accounts)
        viewer = pages.viewer_of(who, parts.clock.now())
        return pages.page(PAGE, viewer, who, parts.signer, page=page, own=OWN)

    return bp


def drawn(parts: PageParts, lang: str, options: Mapping[str, Any], accounts: Sequence[Connection]) -> Page:
    """The page of the robot that the portal names, with the values that its form has now."""
    code = str(options.get("code") or "")
    if code not in OF_DEALS:
        return Page(words(lang)("robot_page.title"), ())
    values = {name: _text(value) for name, value in as_map(options.get("current_values")).items()}
    named = {row.title.casefold(): str(row.id) for row in accounts}
    for name in _ACCOUNTS & set(values):  # typed by hand before there was this page
        values[name] = named.get(values[name].casefold(), values[name])
    fields = [_filled(each, values.get(each.name, "")) for each in _fields(parts, lang, code, accounts)]
    asks = any(each.name in _ACCOUNTS for each in fields)
    return Page(say(f"robot.name.{code}", lang), tuple(_beside(fields)), no_accounts=asks and not accounts)


def _text(value: Any) -> str:
    """A property that is not multiple comes as a text, from some portals as a list of one."""
    first = value[0] if isinstance(value, list) and value else value
    return str(first)[:MAX_VALUE] if isinstance(first, str | int | float) and not isinstance(first, bool) else ""


def _fields(parts: PageParts, lang: str, code: str, accounts: Sequence[Connection]) -> list[Field]:
    t = words(lang)

    def listed(name: str, *values: str) -> tuple[Choice, ...]:
        return tuple(Choice(each, t(f"robot_page.{name}_{each}")) for each in values)

    own = (Choice("", t("robot_page.any_account")), *_accounts(parts, lang, accounts))
    kinds = listed("kind", DeliveryKind.COURIER.value, DeliveryKind.PICKUP.value)
    trouble = Field(TROUBLE, "trouble", FEED, listed("trouble", FEED, BELL, QUIET))
    fields: Mapping[str, tuple[Field, ...]] = {
        QUOTE: (
            Field("carrier", "carrier", "", own, typed=True),
            Field("kind", "kind", "", (Choice("", t("robot_page.kind_any")), *kinds)),
        ),
        POINT: (Field("code", "code", "", (Choice("", t("robot_page.nearest")),), typed=True),),
        CREATE: (
            Field("how", "how", BY_RULE, listed("how", BY_RULE, CHEAPEST, FASTEST)),
            Field("account", "account", "", own, typed=True),
            Field("service", "service", "", (Choice("", t("robot_page.any_service")),),
                  _services(parts, lang, accounts), typed=True),
        ),
        LABEL: (Field("size", "size", "", (Choice("", t("robot_page.usual_size")), *_sizes(parts, accounts)),
                      typed=True),),
        CANCEL: (),
    }  # fmt: skip
    return [*fields[code], trouble]


def _accounts(parts: PageParts, lang: str, accounts: Iterable[Connection]) -> list[Choice]:
    """By number: a connection that is renamed later is still the same."""
    return [Choice(str(row.id), _title(parts, lang, row)) for row in accounts]


def _title(parts: PageParts, lang: str, row: Connection) -> str:
    carrier = parts.carrier(row.system, lang)
    return row.title if carrier.casefold() in row.title.casefold() else f"{carrier}: {row.title}"


def _services(parts: PageParts, lang: str, accounts: Iterable[Connection]) -> tuple[Group, ...]:
    found = []
    for row in accounts:
        manifest = parts.systems[row.system].manifest
        choices = tuple(Choice(code, manifest.service_title(code, lang)) for code, _ in manifest.services)
        if choices:
            found.append(Group(str(row.id), _title(parts, lang, row), choices))
    return tuple(found)


def _sizes(parts: PageParts, accounts: Iterable[Connection]) -> list[Choice]:
    """Of every label that a connected carrier prints."""
    forms = (form for row in accounts for form in parts.systems[row.system].manifest.papers)
    sizes = dict.fromkeys(form.size for form in forms if form.kind is PaperKind.LABEL and form.size)
    return [Choice(size, size) for size in sorted(sizes)]


def _filled(field: Field, value: str) -> Field:
    """What the list shows of the value: its own choice, or that it is typed."""
    value = value or field.value
    known = {each.value for each in field.choices} | {each.value for group in field.groups for each in group.choices}
    listed = value if value in known else OWN if field.typed else field.value
    return Field(field.name, field.label, value, field.choices, field.groups, field.typed, listed)


def _beside(fields: Sequence[Field]) -> Iterable[Field]:
    """The same code may be a service of several connections: it is shown of the one that is chosen."""
    account = next((each.listed for each in fields if each.name == "account"), "")
    for each in fields:
        groups = [group.account for group in each.groups if any(one.value == each.listed for one in group.choices)]
        group = account if account in groups else next(iter(groups), "")
        yield Field(each.name, each.label, each.value, each.choices, each.groups, each.typed, each.listed, group)
