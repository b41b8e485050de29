"""Russian Post as a system of the sandbox: three origins (§1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.kernel.gate import Origin
from sandbox.kernel.steering import CarrierSystem
from sandbox.kernel.system import Context

from .core import Post
from .coverage import COVERAGE
from .model import ACCOUNTS
from .routes import create_app
from .routes_tariff import create_tariff_app
from .routes_tracking import create_tracking_app
from .wire import fault_words, portal_of

_ORIGINS = ("russian_post", "russian_post_tariff", "russian_post_tracking")


class RussianPostSystem(CarrierSystem):
    """Otpravka, the public tariff service, and the tracking services."""

    def __init__(self, context: Context) -> None:
        self.post = Post(context)
        super().__init__(self.post, COVERAGE)

    def origins(self) -> Sequence[Origin]:
        post = self.post
        return [
            Origin(_ORIGINS[0], create_app(post), error_body=fault_words, portal_of=portal_of),
            Origin(_ORIGINS[1], create_tariff_app(post)),
            Origin(_ORIGINS[2], create_tracking_app(post)),
        ]

    def started(self, urls: Mapping[str, str]) -> None:
        self.post.urls.update(urls)

    def addresses(self) -> Mapping[str, Any]:
        accounts = [
            {
                "code": row.code, "token": row.token, "login": row.login, "phone": row.phone, "password": row.password,
                "points": list(row.points), "shipment_point": row.points[0],
                "tracking": "tickets" if row.batch_tracking else "single", "tracking_login": row.track_login,
                "tracking_password": row.track_password,
            }
            for row in ACCOUNTS
        ]  # fmt: skip
        urls = self.post.urls
        return {
            "russian_post": {
                "base_url": urls[_ORIGINS[0]],
                "urls": {"tariff": urls[_ORIGINS[1]], "tracking": urls[_ORIGINS[2]]},
                "accounts": accounts,
            }
        }  # fmt: skip
