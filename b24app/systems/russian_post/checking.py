"""The connection test (russian-post.md §1, §12): settings, both credentials of Otpravka, a trial price, the office, the
tracking login. Harmless calls alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from b24app.logistics.errors import Refused
from b24app.logistics.model import Sender
from b24app.logistics.ports import TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.kit.checks import Found, needs_settings, run_checks
from b24app.systems.plugin import Manifest, OpenContext
from b24app.systems.russian_post.client import Client
from b24app.systems.russian_post.feed import CHEAP, Tracker
from b24app.systems.russian_post.quotes import parse_rate


class Checks:
    """The port `ConnectionTest` of a connection."""

    _context: OpenContext
    _manifest: Manifest
    _client: Client
    _tracker: Tracker

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:  # noqa: ARG002 - the office is the account's
        """Settings, both credentials of Otpravka, a trial price, the office, the tracking login."""
        return run_checks(
            (
                ("settings", lambda: needs_settings(self._manifest, self._context)),
                ("sign_in", self._test_sign_in),
                ("sender", self._test_sender),
                ("call", self._test_call),
                ("tracking", self._test_tracking),
            )
        )

    def _test_sign_in(self) -> Found:
        row = self._client.call("GET", "1.0/settings/limit", "settings.limit")
        left = max(0, int(row["allowed-count"]) - int(row["current-count"])) if isinstance(row, Mapping) else 0
        return "", {"n": str(left)}

    def _test_sender(self) -> Found:
        office = self._context.setting("shipment_point")
        rows = self._client.rows("1.0/user-shipping-points", "shipping.points")
        found = next((row for row in rows if str(row.get("operator-postcode")) == office), None)
        if found is None:
            known = " ".join(str(row.get("operator-postcode")) for row in rows)
            params = {"point": office}
            raise Refused([Problem("sender_point_unknown", Field.SENDER, Who.ADMIN, their_text=known, params=params)])
        return f"{office}, {found.get('ops-address') or ''}", {}

    def _test_call(self) -> Found:
        """A kilogram to Kazan: costs nothing and creates nothing."""
        body = {"index-from": self._context.setting("shipment_point"), "index-to": "420000", "mail-direct": 643,
                "mail-type": "POSTAL_PARCEL", "mail-category": "ORDINARY", "mass": 1000}  # fmt: skip
        rate = parse_rate(self._client.call("POST", "1.0/tariff", "tariff", json=body))
        return "", {"n": "1", "minor": str(rate.total + rate.vat), "currency": "RUB"}

    def _test_tracking(self) -> Found:
        if self._tracker.mode != CHEAP:
            self._tracker.languages()
        return "", {}
