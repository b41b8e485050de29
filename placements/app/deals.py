"""The list of many deals as a section of the app's page: its heading and filter; the rows are read with the person's
own key (`placements/deal_list.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from b24app.frames.session import PageSession
from b24app.store.faces.portal import PortalFacts
from placements.app.desk import Desk
from placements.app.section import Group, Section
from placements.deal_list_drawing import shell
from placements.deal_list_filter import read_filter


def view(desk: Desk, who: PageSession, _facts: PortalFacts) -> Mapping[str, Any]:
    """Narrowed to what the address says: other sections lead here."""
    return {"filter": shell(desk.parts, who, read_filter(request.args)), "asks": True}


SECTION = Section("deals", Group.RUN, "truck", view)
