"""1C:WMS Logistics (1c.md): a warehouse picks and packs the deal's goods. What the system is, as data."""

from __future__ import annotations

from b24app.systems.kit.directory import Directory
from b24app.systems.kit.one_c_documents import MAX_LINE
from b24app.systems.kit.one_c_form import ODATA
from b24app.systems.one_c_wms.base import BaseWms
from b24app.systems.one_c_wms.form import FORM
from b24app.systems.one_c_wms.service import ServiceWms
from b24app.systems.one_c_wms.vocabulary import BATCH, MAX_NUMBER, NOTICE, SERVICE, SERVICES
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, TrackPolicy

MANIFEST = Manifest(
    code="one_c_wms",
    title={"ru": "1С:WMS Логистика", "en": "1C:WMS Logistics"},
    kind="warehouse",
    ports=(
        *("Orders", "Preview", "Tracking", "Callbacks", "Cancels", "Stock", "Receipts", "Documents", "Lists"),
        "ConnectionTest",
    ),
    limits={"max_number": MAX_NUMBER, "address": MAX_LINE},
    settings_form=FORM,
    # §2.1: each call takes a session and a licence of the base.
    rate=RatePolicy(per_second=5, concurrency=4),
    base_urls={"live": ""},
    services=SERVICES,
    test_steps=("settings", "sign_in", "catalogues"),
    docs_url="docs/systems/one_c/contract.md",
    # Callbacks of the service are a hint on top: whether 1C has our address is not to be seen from here.
    track=TrackPolicy(batch=BATCH, every_s=600.0),
    notice=NOTICE,
    # §8: the standard interface carries none.
    wants={"Documents": f"interface={SERVICE}"},
)


class OneCWmsPlugin:
    """Opens connections; they share a few references of their bases."""

    manifest = MANIFEST

    def __init__(self) -> None:
        self._directory = Directory()

    def open(self, context: OpenContext) -> ServiceWms | BaseWms:
        if context.setting("interface") == ODATA:
            return BaseWms(MANIFEST, context, self._directory)
        return ServiceWms(MANIFEST, context)


PLUGIN = OneCWmsPlugin()
