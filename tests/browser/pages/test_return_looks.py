"""Every state of a return's page, at a desk and on a phone, in both languages: nothing sticks out, nothing is wrong."""

from __future__ import annotations

import pytest

from tests.browser.pages.return_states import STATES
from tests.browser.pages.watched import FINE, Watched, open_page

SMALL = "all => all.filter(b => b.offsetParent && b.offsetHeight < 40).map(b => b.textContent.trim())"


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_every_state_of_the_page(roomy: Watched, gallery: str, lang: str) -> None:
    found: dict[str, object] = {}
    for state in STATES:
        roomy.widen("desk")
        open_page(roomy.page, f"{gallery}/back/{state}/{lang}")
        found[state] = roomy.at_both_widths("phone" if lang == "en" else "")
    assert found == dict.fromkeys(STATES, FINE)
    assert roomy.page.eval_on_selector_all("main button", SMALL) == []
    assert roomy.faults == []
