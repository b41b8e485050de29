"""What an administrator does once: install, connect an account, switch pipelines on. Through our own pages."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from b24app.demo.person import PageFailedError, Person

Steer = Callable[[str, str, Mapping[str, Any] | None], Any]
ADMIN = 1
#: What the installer page carries once every step is done: its script then calls installFinish.
INSTALLED = 'data-finish="wanted"'
#: Status of a delivery -> name of the seeded portals' stage it moves a deal to.
STAGES = {
    "in_transit": "В пути",
    "ready_for_pickup": "Ждёт получателя",
    "returning": "Возвращается",
    "delivered": "Доставлена",
}
TRIGGER = "Передано на отгрузку"
SENDER = {
    "shipment_point": "MSK5",
    "sender_address": "",
    "sender_company": "ООО «Ромашка»",
    "sender_name": "Иван Петров",
    "sender_phone": "+74950000000",
    "vat": "",
}
#: What the portal assumes of goods whose weight and size nobody wrote down.
DEFAULTS = {
    "default_weight_g": "500",
    "default_length_mm": "200",
    "default_width_mm": "150",
    "default_height_mm": "100",
    "default_packaging_g": "0",
}


@dataclass(frozen=True)
class SetUp:
    """A portal that ships: its administrator's page and the stage that starts a shipment, by pipeline."""

    member_id: str
    page: Person
    triggers: Mapping[int, str]


def set_up(
    steer: Steer,
    member_id: str,
    account: Mapping[str, Any],
    seconds: float = 60.0,
    sender: Mapping[str, str] | None = None,
) -> SetUp:
    """Install the app, connect CDEK, switch every pipeline on. Raises PageFailedError."""
    install(steer, member_id, seconds)
    page = open_app(steer, member_id)
    connect(page, account, seconds, sender)
    return SetUp(member_id, page, switch_on(page, seconds))


def open_app(steer: Steer, member_id: str, user: int = ADMIN) -> Person:
    """The app's page, as the portal opens it for `user`."""
    return Person(steer("POST", f"/bitrix24/{member_id}/frame", {"user": user, "placement": "DEFAULT"}))


def install(steer: Steer, member_id: str, seconds: float = 60.0) -> None:
    """The administrator opens the installer, watches the steps and finishes."""
    installer = Person(steer("POST", f"/bitrix24/{member_id}/install", {"user": ADMIN}))
    if INSTALLED not in installer.page:
        installer.wait("/install/progress", lambda text: INSTALLED in text, "installing", seconds)
    steer("POST", f"/bitrix24/{member_id}/finish-install", {"user": ADMIN})


def connect(
    page: Person, account: Mapping[str, Any], seconds: float = 60.0, sender: Mapping[str, str] | None = None
) -> None:
    """Save a CDEK account; its test begins by itself. `sender` replaces what is in `SENDER`."""
    own = {"account": account["client_id"], "secret": account["client_secret"], "contract": str(account["contract"])}
    page.press("/app/account/cdek/0", {"title": "СДЭК", "mode": "test", **own, **SENDER, **(sender or {})})
    page.wait("/app/pipelines", lambda text: 'value="parcel"' in text, "the new account among the choices", seconds)


def switch_on(page: Person, seconds: float = 60.0, more: Mapping[str, str] | None = None) -> dict[int, str]:
    """Switch every pipeline on that has the trigger stage; category -> that stage. `more` are other form values."""
    shown = page.get("/app/pipelines")
    triggers = {}
    for category in map(int, re.findall(r'hx-post="/app/pipeline/(\d+)"', shown)):
        form = _form_of(shown, category)
        stages = {name: value for value, name in _options(form, "trigger_stage").items()}
        mapped = {f"stage_{status}": _named(form, f"stage_{status}", name) for status, name in STAGES.items()}
        fields = {
            "enabled": "on",
            "trigger_stage": stages[TRIGGER],
            "connection_id": [value for value in _options(form, "connection_id") if value][-1],  # the newest account
            "service": "parcel",
            "hold_s": "0",
            **mapped,
            **DEFAULTS,
            **(more or {}),
        }
        _save(page, category, fields, seconds)
        triggers[category] = stages[TRIGGER]
    return triggers


def _save(page: Person, category: int, fields: Mapping[str, str], seconds: float) -> None:
    """A pipeline is refused while its account's test is running: press again until it is over."""
    end = time.monotonic() + seconds
    while wrong := re.findall(r'id="e-([a-z_]+)-', page.press(f"/app/pipeline/{category}", fields)):
        if wrong != ["connection_id"] or time.monotonic() > end:
            raise PageFailedError(f"pipeline {category} was not switched on: {', '.join(wrong)} refused")
        time.sleep(0.2)


def _form_of(shown: str, category: int) -> str:
    start = shown.index(f'hx-post="/app/pipeline/{category}"')
    return shown[start : shown.index("</form>", start)]


def _named(form: str, select: str, text: str) -> str:
    """The value of a select's option by its text; empty when there is none."""
    return next((value for value, shown in _options(form, select).items() if shown == text), "")


def _options(form: str, name: str) -> dict[str, str]:
    """value -> text of a select."""
    start = form.index(f'name="{name}"')
    found = re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)', form[start : form.index("</select>", start)])
    return {html.unescape(value): html.unescape(text).strip() for value, text in found}
