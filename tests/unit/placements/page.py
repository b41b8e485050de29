"""The frame of the app's page as a browser uses it: opened once, then asked with its token."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse


class Page:
    """The frame of the app's page."""

    def __init__(self, app: Flask, query: Mapping[str, str], body: Mapping[str, str]) -> None:
        self.client = app.test_client()
        self.query, self.body = dict(query), {**body, "PLACEMENT": "DEFAULT"}
        self.token = ""

    def open(self) -> TestResponse:
        answer = self.client.post("/app", query_string=self.query, data=self.body)
        found = re.search(r"Bearer ([\w.-]+)", answer.text)
        self.token = found[1] if found else ""
        return answer

    def health(self) -> str:
        """The section that says how deliveries are, of a page opened just now."""
        self.open()
        return self.ask("GET", "/app/s/health").text

    def ask(self, method: str, path: str, **data: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", "HX-Request": "true", "X-Waybill-Lang": "ru"}
        return self.client.open(path, method=method, data=data, headers=headers)
