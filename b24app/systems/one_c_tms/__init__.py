"""1C:TMS Logistics (1c.md): a transport department plans the deal's shipment. What the system is, as data."""

from __future__ import annotations

from b24app.systems.kit.one_c_documents import MAX_LINE
from b24app.systems.kit.one_c_form import ODATA
from b24app.systems.one_c_tms.base import BaseTms
from b24app.systems.one_c_tms.form import FORM
from b24app.systems.one_c_tms.service import ServiceTms
from b24app.systems.one_c_tms.vocabulary import NOTICE, RULES, SERVICE, SERVICES
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, TrackPolicy

MANIFEST = Manifest(
    code="one_c_tms",
    title={"ru": "1С:TMS Логистика", "en": "1C:TMS Logistics"},
    kind="tms",
    ports=(
        *("Orders", "Preview", "Tracking", "Feed", "Callbacks", "Cancels", "Returns", "Documents", "Lists"),
        "ConnectionTest",
    ),
    limits={"max_number": 64, "address": MAX_LINE},
    settings_form=FORM,
    # §2.1: each call takes a session and a licence of the base.
    rate=RatePolicy(per_second=5, concurrency=4),
    base_urls={"live": ""},
    services=SERVICES,
    test_steps=("settings", "sign_in", "access", "sender"),
    docs_url="docs/systems/one_c/contract.md",
    changes=RULES,
    # The feed says which of them are to be read.
    track=TrackPolicy(batch=1, net_s=6 * 3600.0, feed_s=180.0),
    notice=NOTICE,
    # §8: the standard interface carries none.
    wants={"Documents": f"interface={SERVICE}"},
)


class OneCTmsPlugin:
    """Opens connections."""

    manifest = MANIFEST

    def open(self, context: OpenContext) -> ServiceTms | BaseTms:
        if context.setting("interface") == ODATA:
            return BaseTms(MANIFEST, context)
        return ServiceTms(MANIFEST, context)


PLUGIN = OneCTmsPlugin()
