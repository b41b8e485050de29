"""Links that a system's own users wrote, and that people press in a deal."""

from __future__ import annotations

import pytest

from b24app.systems.kit.links import link_of
from b24app.systems.one_c_tms.requests import parse_state


@pytest.mark.parametrize(
    "text",
    ["javascript:alert(1)", " JavaScript:x//https://a.example", "data:text/html,x", "//a.example", "ftp://a.example/x",
     "https://a.example/\x00", "https://a.example/x y", "https://a.example/" + "x" * 512],
)  # fmt: skip
def test_what_is_no_web_address_is_no_link(text: str) -> None:
    assert link_of(text) == ""
    state = parse_state({"id": "1", "status": "accepted", "number": "TR-1", "trackingUrl": text})
    assert state is not None
    assert state.tracking_url == ""


def test_a_web_address_is_a_link() -> None:
    assert link_of(" https://трек.рф/?n=1&b=%20 ") == "https://трек.рф/?n=1&b=%20"
    assert link_of(None) == ""
