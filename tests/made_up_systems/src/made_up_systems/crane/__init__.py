"""Crane: the seventh carrier, somebody else's. It brings what a system of Waybill's own folder has: an adapter
(`system`), an emulator (`emulator`) and what the contract suite must know of it (`harness`)."""

from __future__ import annotations

from b24app.logistics.changes import ChangeRule, Cost, Part, Way
from b24app.logistics.papers import PaperForm, PaperKind
from b24app.logistics.status import Status
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, SettingField, TrackPolicy

from .system import Crane

MANIFEST = Manifest(
    code="crane",
    title={"ru": "Журавль", "en": "Crane"},
    kind="carrier",
    ports=("Orders", "Tracking", "Feed", "Cancels", "Changes", "Papers", "Quotes", "Offers", "PickupPoints", "Cities",
           "AddressCheck", "Returns", "CourierCalls", "HandOvers", "ConnectionTest"),
    limits={"max_weight_g": 30_000, "max_parcels": 9},
    settings_form=(SettingField("key", {"ru": "Ключ", "en": "Key"}, kind="secret", required=True),),
    rate=RatePolicy(per_second=20, concurrency=4),
    base_urls={"live": "https://crane.test"},
    services=(("wing", {"ru": "Крыло", "en": "Wing"}), ("claw", {"ru": "Коготь", "en": "Claw"})),
    test_steps=("settings", "call"),
    papers=(PaperForm("label", PaperKind.LABEL, "A6", first=True),),
    changes=(
        ChangeRule(Part.RECIPIENT, (Status.CREATED,), Way.HERE, Cost.FREE),
        ChangeRule(Part.COMMENT, (Status.CREATED,), Way.HERE, Cost.FREE),
    ),
    track=TrackPolicy(batch=50, every_s=0.0, feed_s=300.0),
)  # fmt: skip


class CranePlugin:
    @property
    def manifest(self) -> Manifest:
        return MANIFEST

    def open(self, context: OpenContext) -> Crane:
        return Crane(context, MANIFEST)


PLUGIN = CranePlugin()
