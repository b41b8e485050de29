"""An administrator (or manager) without a browser: opens our frames as the portal does and presses buttons.

It reads from the page what the page's own script reads: the session in `hx-headers`, the forms' fields.
"""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin

import requests

_HEADERS = re.compile(r"hx-headers='([^']*)'|hx-headers=\"([^\"]*)\"")
WAIT_S = 60.0


class PageFailedError(RuntimeError):
    """A page of ours answered something else than was expected."""


class Person:
    """One frame of one person. `page` is the first HTML; every answer may renew the session.

    `frame` is what the emulated portal gives: `url`, `fields`, and `body` if it has posted the form itself.
    """

    def __init__(self, frame: Mapping[str, Any]) -> None:
        self._url = str(frame["url"])
        self._session = requests.Session()
        if "body" in frame:
            self.page = str(frame["body"])
        else:
            self.page = self._kept(self._session.post(self._url, data=frame["fields"], timeout=30))
        found = _HEADERS.search(self.page)
        if found is None:
            raise PageFailedError(f"no session in the page of {self._url.partition('?')[0]}")
        self._headers = dict(json.loads(html.unescape(found[1] or found[2])))

    def get(self, path: str) -> str:
        """A fragment; empty when nothing changed (204)."""
        return self._kept(self._session.get(urljoin(self._url, path), headers=self._sent(), timeout=30))

    def json(self, path: str) -> Any:
        """What the page's own script reads."""
        return json.loads(self.get(path))

    def press(self, path: str, form: Mapping[str, str] | None = None) -> str:
        """A button or a form."""
        answer = self._session.post(urljoin(self._url, path), data=dict(form or {}), headers=self._sent(), timeout=30)
        return self._kept(answer)

    def wait(self, path: str, until: Callable[[str], bool], what: str, seconds: float = WAIT_S) -> str:
        """Ask for a fragment until it shows what is waited for. Raises PageFailedError."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            text = self.get(path)
            if text and until(text):
                return text
            time.sleep(0.1)
        raise PageFailedError(f"{what}: not within {seconds:g} s")

    def _sent(self) -> dict[str, str]:
        return {**self._headers, "HX-Request": "true"}

    def _kept(self, answer: requests.Response) -> str:
        if answer.status_code not in (200, 204):
            path = answer.url.partition("?")[0]
            raise PageFailedError(f"{path}: HTTP {answer.status_code}: {answer.text[:300]}")
        renewed = answer.headers.get("X-Waybill-Session")
        if renewed:
            self._headers["Authorization"] = f"Bearer {renewed}"
        return answer.text
