"""SAP EWM through S/4HANA's deliveries (sap-ewm.md): a warehouse. What the system is, as data."""

from __future__ import annotations

from b24app.systems.kit.directory import Directory
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, TrackPolicy
from b24app.systems.sap_ewm.form import FORM, NOTICE
from b24app.systems.sap_ewm.system import SapEwm
from b24app.systems.sap_ewm.vocabulary import BATCH, RULES, SERVICES

MANIFEST = Manifest(
    code="sap_ewm",
    title={"ru": "SAP EWM", "en": "SAP EWM"},
    kind="warehouse",
    ports=(
        *("Orders", "Tracking", "Cancels", "Stock", "Receipts", "Documents", "Onward", "Lists", "SignsOut"),
        "ConnectionTest",
    ),
    # The mark holds 35 signs (§3.2).
    limits={"max_number": 35},
    settings_form=FORM,
    # No limit is documented; somebody else's ERP: modest.
    rate=RatePolicy(per_second=5, concurrency=3),
    base_urls={"live": ""},
    services=SERVICES,
    test_steps=("settings", "sign_in", "access", "warehouse"),
    docs_url="https://api.sap.com",
    changes=RULES,
    track=TrackPolicy(batch=BATCH, every_s=900.0),
    notice=NOTICE,
    # §6.3: nothing of attachments is confirmed, so that they are the admin's to switch on.
    # Without EWM nothing tells what lies where: that is not the same as none.
    wants={"Documents": "documents", "Stock": "ewm=yes"},
)


class SapEwmPlugin:
    """Opens connections; they share what was learnt of a system's release."""

    def __init__(self) -> None:
        self._older: set[str] = set()
        self._directory = Directory()

    @property
    def manifest(self) -> Manifest:
        return MANIFEST

    def open(self, context: OpenContext) -> SapEwm:
        return SapEwm(MANIFEST, context, self._older, self._directory)


PLUGIN = SapEwmPlugin()
