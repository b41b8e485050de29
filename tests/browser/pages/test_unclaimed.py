"""A parcel at a point in the deal's tab: until when it lies there and how many days are left."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.pages.watched import Watched, open_page

#: State, language: the chip, the title, a part of the text.
SAID = {
    ("stored", "ru"): ("В пункте ещё 6 дней", "хранят ещё 6 дней", "хранит её бесплатно по ср, 18 ноября"),
    ("stored", "en"): ("At the point, 6 days left", "kept for 6 more days", "keeps it for free until Wed, 18 November"),
    ("at_point", "ru"): ("В пункте ещё 1 день", "Бесплатное хранение кончается завтра", "Позвоните клиенту сегодня"),
    ("at_point", "en"): ("At the point, 1 day left", "Free storage ends tomorrow", "Call the client today"),
}


def test_the_days_that_are_left(watched: Watched, gallery: str) -> None:
    """How these pages look at either width, and what axe says of them, is told by test_looks."""
    page = watched.page
    for (state, lang), said in SAID.items():
        open_page(page, f"{gallery}/{state}/{lang}")
        for words in said:
            expect(page.get_by_text(words).first).to_be_visible()
        assert page.locator("main a[href^='tel:']").first.is_visible()
    assert watched.faults == []
