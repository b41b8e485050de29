"""Places, rules and rights in the portal's frame: added, refused beside the field, put in order, removed; people are
chosen in the portal's own dialog."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from b24app.frames.words import words
from placements.app.section import Group
from tests.browser.pages.desk import Desk
from tests.browser.pages.test_sections import opened, show

pytestmark = [pytest.mark.timeout(240), pytest.mark.usefixtures("installed")]
T = words("ru")


def sure(dialog: Locator, yes: str) -> None:
    """The question is asked in a dialog of the page, and answered."""
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name=yes, exact=True).click()


def test_places_are_added_and_removed(desk: Desk) -> None:
    ours = opened(desk, "ru")
    show(ours, "origins", Group.STEPS)
    places = ours.locator("#origins .wb-conn")
    for title, city in (("Склад", "Москва, Тверская 1"), ("Магазин", "Казань, Баумана 5")):
        places.last.click()
        expect(ours.locator(".htmx-request")).to_have_count(0)  # an empty form was there before
        form = ours.locator("#origins form.wb-card")
        expect(form).to_contain_text(T("origin.new"))
        form.locator("button[type=submit]").click()
        expect(form.locator("[aria-invalid=true]").first).to_be_focused()
        expect(form.locator(".wb-error").first).to_have_text(T("form.required"))
        for name, value in (("title", title), ("name", "Иван"), ("phone", "+7 495 123-45-67"), ("address", city)):
            form.get_by_label(T(f"origin.{name}")).fill(value)
        form.locator("button[type=submit]").click()
        expect(form.locator("[role=status]")).to_have_text(T("pipeline.saved"))
        expect(form.locator("button[type=submit]")).to_be_focused()
        expect(form).to_contain_text(T("origin.city", city=city.split(",")[0]))
    expect(places).to_have_count(3)
    ours.get_by_role("button", name=T("conn.remove"), exact=True).click()
    sure(ours.get_by_role("dialog"), T("conn.remove_do"))
    expect(places).to_have_count(2)
    expect(places.first).to_contain_text("Склад")
    assert desk.watched.faults == []


def test_rules_are_added_put_in_order_and_removed(desk: Desk) -> None:
    ours = opened(desk, "ru")
    show(ours, "rules", Group.MORE)
    cards = ours.locator("#rules ol > li")
    for title, weight in (("Лёгкое", "2"), ("Казань", "тяжёлое")):
        ours.get_by_role("button", name=T("rules.add"), exact=True).click()
        form = ours.locator("#rule-form")
        form.get_by_label(T("rules.f.title")).fill(title)
        form.get_by_label(T("rules.f.weight_to")).fill(weight)
        form.get_by_label(T("rules.f.service_courier")).select_option(label="Посылка")
        if weight == "тяжёлое":
            form.get_by_role("button", name=T("rules.save"), exact=True).click()
            expect(ours.locator("#e-ru-weight_to")).to_have_text(T("rules.wrong.number"))
            ours.locator("#rule-form").get_by_label(T("rules.f.weight_to")).fill("")
            ours.locator("#rule-form").get_by_label(T("rules.f.cities")).fill("Казань")
        ours.locator("#rule-form").get_by_role("button", name=T("rules.save"), exact=True).click()
        expect(cards.last).to_contain_text(title)
    ours.get_by_role("button", name=f"{T('rules.do.up')} Казань").click()
    expect(cards.first).to_contain_text("Казань")
    # A rule that was begun and not wanted is not kept.
    ours.get_by_role("button", name=T("rules.add"), exact=True).click()
    ours.locator("#rule-form").get_by_label(T("rules.f.title")).fill("Передумали")
    ours.locator("#rule-form").get_by_role("button", name=T("rules.leave"), exact=True).click()
    expect(ours.locator("#rule-form")).to_have_count(0)
    expect(cards).to_have_count(2)
    ours.get_by_role("button", name=f"{T('rules.do.remove')} Лёгкое").click()
    sure(ours.get_by_role("dialog"), T("rules.do.remove"))
    expect(cards).to_have_count(1)
    assert desk.watched.faults == []


def test_people_are_chosen_in_the_portals_dialog(desk: Desk) -> None:
    """The dialog is the portal's: asked for by postMessage, outside our frame."""
    ours = opened(desk, "ru")
    show(ours, "rights", Group.MORE)
    cancel = ours.locator("[data-people=cancel]")
    cancel.get_by_role("button", name=T("rights.pick")).click()
    dialog = desk.page.get_by_role("dialog")
    dialog.get_by_label("Пётр Менеджеров").check()
    dialog.get_by_role("button", name="Выбрать", exact=True).click()
    expect(cancel.get_by_label("Пётр Менеджеров")).to_be_checked()
    expect(cancel.get_by_label(T("rights.chosen"))).to_be_checked()
    ours.get_by_role("button", name=T("rights.save"), exact=True).click()
    expect(ours.locator("#rights [role=status]")).to_have_text(T("rights.saved"))
    # Asked again, and closed without a choice: nothing changes. And it is kept when the page is opened anew.
    ours = desk.open_app()
    show(ours, "rights", Group.MORE)
    cancel = ours.locator("[data-people=cancel]")
    expect(cancel.get_by_label("Пётр Менеджеров")).to_be_checked()
    cancel.get_by_role("button", name=T("rights.pick")).click()
    desk.page.get_by_role("dialog").get_by_role("button", name="Закрыть", exact=True).click()
    expect(cancel.get_by_label(T("rights.chosen"))).to_be_checked()
    assert desk.watched.faults == []
