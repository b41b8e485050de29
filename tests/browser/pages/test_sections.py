"""Every section in the frame of a portal that ships, at a desk and on a phone, and by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, expect

from b24app.frames.words import words
from placements.app import SECTIONS
from placements.app.section import Group
from tests.browser.pages.desk import ADMIN, Desk
from tests.browser.pages.watched import FINE, WIDTHS

pytestmark = [pytest.mark.timeout(240), pytest.mark.usefixtures("installed")]


def opened(desk: Desk, lang: str) -> Frame:
    """The app of a portal that ships, in the reader's language."""
    desk.sign_in(ADMIN)
    desk.lang = lang
    desk.page.get_by_role("button", name=lang.upper(), exact=True).click()
    return desk.open_app()


def show(ours: Frame, code: str, group: Group) -> None:
    if group is not Group.RUN and ours.locator(".wb-steps").count() == 0:
        ours.locator("nav.wb-tabs a").last.click()
        expect(ours.locator(".wb-steps").first).to_be_visible()
    ours.locator(f"nav a[hx-get='/app/s/{code}']").first.click()
    expect(ours.locator("#app")).to_have_attribute("data-section", code)


@pytest.mark.parametrize(("lang", "width"), [("ru", "desk"), ("en", "phone")])
def test_every_section(desk: Desk, lang: str, width: str) -> None:
    """Nothing sticks out at either width, nothing is wrong for axe, nothing is said in the console."""
    ours = opened(desk, lang)
    found: dict[str, object] = {}
    for section in SECTIONS:
        desk.widen(ours, WIDTHS["desk"])
        show(ours, section.code, section.group)
        found[section.code] = desk.at_both_widths(ours, width)
    assert found == {section.code: FINE for section in SECTIONS}
    assert desk.watched.faults == []


def test_the_steps_of_a_phone_are_shown_when_asked_for(desk: Desk) -> None:
    ours = opened(desk, "ru")
    desk.page.set_viewport_size({"width": WIDTHS["phone"], "height": 900})
    ours.locator("nav.wb-tabs a").last.click()
    steps = ours.locator(".wb-steps a")
    expect(steps.locator("visible=true")).to_have_count(1)
    everything = ours.get_by_role("button", name=words("ru")("nav.all_steps"))
    everything.click()
    expect(everything).to_have_attribute("aria-expanded", "true")
    expect(steps.locator("visible=true")).to_have_count(sum(each.group is not Group.RUN for each in SECTIONS))
    assert desk.watched.overflow(ours) == 0


def test_from_section_to_section_and_a_form_by_keyboard(desk: Desk) -> None:
    """The set-up's tab, a step, a wrong value, the right one: Tab, Enter and letters; focus is never lost."""
    ours, t, keys = opened(desk, "ru"), words("ru"), desk.page.keyboard
    ours.locator("nav.wb-tabs a").first.focus()
    for _ in range(sum(each.group is Group.RUN for each in SECTIONS)):
        keys.press("Tab")
    keys.press("Enter")
    expect(ours.locator("h1")).to_be_focused()
    step = ours.locator(".wb-steps a[hx-get='/app/s/defaults']")
    while not step.evaluate("each => each === document.activeElement"):
        keys.press("Tab")
    keys.press("Enter")
    expect(ours.locator("#app")).to_have_attribute("data-section", "defaults")
    expect(ours.locator("h1")).to_be_focused()
    weight = ours.locator("#all-weight_g")
    while not weight.evaluate("each => each === document.activeElement"):
        keys.press("Tab")
    keys.type("много")
    keys.press("Enter")
    expect(ours.locator("#e-all-weight_g")).to_have_text(t("form.weight"))
    expect(weight).to_be_focused()
    keys.press("Control+A")
    keys.type("1,5 кг")
    keys.press("Enter")
    expect(ours.locator("#defaults [role=status]")).to_have_text(t("pipeline.saved"))
    expect(weight).to_be_focused()
    assert desk.watched.faults == []
