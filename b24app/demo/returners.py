"""Who handles a return without a browser: automation of the portal, a manager in a tab, a clerk with a phone."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from b24app.bitrix24.robots import START
from b24app.demo.person import PageFailedError, Person
from b24app.demo.setting_up import Steer
from b24app.flows.returns.way import WayKind

MANAGER, CLERK = 7, 12
_WAY = re.compile(r'name="way"\s+value="([^"]+)"')
_PAIR = re.compile(r'(https?://[^"<\s]+/clerk/pair/[\w-]+)')
API = "/clerk/api/1"
ROBOT_S = 60.0


class Automation:
    """Rules of the portal that run our robots."""

    def __init__(self, steer: Steer, base: str) -> None:
        self._steer, self._base = steer, base

    def start(self, deal_id: int, reason: str = "defect", approve: bool = True, goods: str = "") -> str:
        """The rule is reached; the workflow's id."""
        properties = {"reason": reason, "goods": goods, "approve": "Y" if approve else "N"}
        body = {"code": START, "id": deal_id, "properties": properties}
        return str(self._steer("POST", f"{self._base}/robot", body)["workflow"])

    def answer(self, workflow: str) -> Mapping[str, str] | None:
        """What the waiting workflow was given; None = it waits still."""
        found = self._steer("GET", f"{self._base}/workflow/{workflow}", None)
        return dict(found["values"]) if found["state"] == "answered" else None


@dataclass
class Desk:
    """A manager at one return, in its deal's tab."""

    tab: Person
    return_id: int

    @classmethod
    def open(cls, steer: Steer, base: str, deal_id: int, return_id: int) -> Desk:
        spec = {"user": MANAGER, "placement": "DETAIL_TAB", "entity_id": deal_id}
        return cls(Person(steer("POST", f"{base}/frame", spec)), return_id)

    @property
    def page(self) -> str:
        return self.tab.get(f"/return/{self.return_id}")

    def ways(self) -> list[str]:
        """The ways that are offered: kind, account, service and point, as the form sends them."""
        return [html.unescape(each) for each in _WAY.findall(self.page)]

    def choose(self, kind: WayKind, connection_id: int = 0, **more: str) -> None:
        """Raises PageFailedError where that way is not offered."""
        start = f"{kind.value}:{connection_id}:"
        way = next((each for each in self.ways() if each.startswith(start)), None)
        if way is None:
            raise PageFailedError(f"return {self.return_id} has no way {start}")
        self.press("way", way=way, **more)

    def press(self, code: str, **form: str) -> None:
        """A button of the page. Raises PageFailedError when the form comes back with something wrong in it."""
        said = self.tab.press(f"/return/{self.return_id}/{code}", {"key": f"demo-{time.monotonic_ns()}", **form})
        if said:
            raise PageFailedError(f"return {self.return_id}: {code} was not taken: {said[:300]}")

    def phone(self) -> Phone:
        """The code that the tab shows is read by a phone."""
        return Phone(self.code())

    def code(self) -> str:
        """The link of a code for one phone. Raises PageFailedError."""
        card = self.tab.press("/return/phones", {"return": str(self.return_id), "clerk": f"{CLERK}|Сергей Складов"})
        found = _PAIR.search(html.unescape(card))
        if found is None:
            raise PageFailedError("no code for a phone in the tab")
        return found[1]


class Phone:
    """A clerk's phone, paired by the link of a code."""

    def __init__(self, link: str) -> None:
        origin = urlsplit(link)
        self._home = f"{origin.scheme}://{origin.netloc}"
        self._http = requests.Session()
        # What a browser says of itself; without it the page takes nobody for its own script.
        self._http.headers.update({"Origin": self._home, "Sec-Fetch-Site": "same-origin", "X-Waybill-Clerk": "1"})
        answer = self._http.post(link, allow_redirects=False, timeout=30)
        if answer.status_code != 303:
            raise PageFailedError(f"the phone was not paired: HTTP {answer.status_code}")

    def scan(self, return_id: int, rows: Sequence[tuple[int, int, str]]) -> None:
        """(row of the deal, how many, condition) each; all of it lay in the box."""
        at = time.monotonic_ns()
        scans = [
            {"key": f"demo-{at}-{n}", "row": row, "quantity": str(count), "condition": condition}
            for n, (row, count, condition) in enumerate(rows)
        ]
        self._post(f"/return/{return_id}/scans", {"scans": scans})

    def finish(self, return_id: int) -> None:
        self._post(f"/return/{return_id}/finish", {"key": f"demo-{time.monotonic_ns()}"})

    def _post(self, path: str, body: Any) -> Any:
        answer = self._http.post(urljoin(self._home, API + path), json=body, timeout=30)
        if answer.status_code != 200:
            raise PageFailedError(f"{path}: HTTP {answer.status_code}: {answer.text[:300]}")
        return answer.json()
