"""The smart process "Returns" in emulated portals, over real HTTP: made once whatever breaks, adopted, mended, told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from b24app.bitrix24.smart_process import directory_of
from b24app.flows.return_process import OffReason, ReturnField
from b24app.logistics.returning import ReturnStage
from b24app.store.return_process import Kept
from b24app.wire.errors import NotSent, OutcomeUnknown
from install.wanted_returns import STAGES
from tests.contract.bitrix24.conftest import Rig
from tests.contract.bitrix24.returns_portal import NAMES_RU, CrashError, Portal

pytestmark = pytest.mark.parametrize("rigs", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def portal(rigs: Callable[..., Rig]) -> Iterator[Portal]:
    yield Portal(rigs())


def test_a_portal_gets_it_in_seven_requests_and_never_again(portal: Portal) -> None:
    """What it begins with leaves with the reads of all other steps: six requests more at an installation, of which the
    last two bind its tab and its events, here beside those of deals."""
    first = portal.look()
    portal.is_whole()
    assert [len(each) for each in first.batches] == [5, 1, 8, 1, 11, 1, 12]
    kind = portal.call("crm.type.get", id=portal.process.type)["type"]
    assert kind["title"] == "Возвраты"
    on = {name for name, value in kind.items() if value == "Y"}
    assert {"isStagesEnabled", "isAutomationEnabled", "isClientEnabled", "isObserversEnabled"} <= on
    assert {"isRecyclebinEnabled", "isLinkWithProductsEnabled"} <= on
    written = portal.writes()
    again = portal.look()
    read = ["crm.type.list", "crm.item.fields", "crm.status.list", "placement.get", "event.get", "events"]
    assert again.batches == [read]
    assert portal.writes() == written


def test_a_return_lives_in_it(portal: Portal) -> None:
    """The ids and names that we keep are those that items take."""
    portal.look()
    process, deal = portal.process, portal.rig.deal_ids(1)[0]
    values = {ReturnField.NUMBER: "R-7", ReturnField.OWED: "4644.00|RUB", ReturnField.LINK: "https://track.test/7"}
    told = {process.fields[name]: value for name, value in values.items()}
    fields = {"title": "Возврат", "parentId2": deal, "stageId": process.stages[ReturnStage.APPROVED], **told}
    item = portal.call("crm.item.add", entityTypeId=process.entity, fields=fields)["item"]
    assert (item["parentId2"], item["stageSemanticId"]) == (deal, "P")
    assert {name: item[name] for name in told} == told
    moved = {"stageId": process.stages[ReturnStage.REFUSED]}
    item = portal.call("crm.item.update", entityTypeId=process.entity, id=item["id"], fields=moved)["item"]
    assert item["stageSemanticId"] == "F"
    row = {"ownerType": f"T{process.entity:x}", "ownerId": item["id"], "productName": "Плед", "price": 2580}
    assert portal.call("crm.item.productrow.add", fields=row)["productRow"]["price"] == 2580


def test_an_english_portal_reads_english(rigs: Callable[..., Rig]) -> None:
    west = Portal(rigs(3), lang="en")
    west.look()
    west.is_whole([spec.name("en") for spec in STAGES.values()])
    assert west.types[0]["title"] == "Returns"
    labels = {row["editFormLabel"]["en"] for row in west.fields()}
    assert {"Return number", "Tracking number", "To be refunded"} <= labels


@pytest.mark.parametrize("at", range(1, 6))
def test_a_crash_behind_any_request_leads_to_one_whole_process(portal: Portal, at: int) -> None:
    with pytest.raises(CrashError):
        portal.look(at)
    portal.look()
    portal.is_whole()


def test_a_lost_answer_is_waited_for_and_then_looked_up(portal: Portal) -> None:
    """The portal may still be working on it for a minute; what did not come until then never comes."""
    with pytest.raises(OutcomeUnknown):
        portal.look(2, loses_answer=True)
    portal.call("crm.type.delete", id=portal.types[0]["id"])
    with pytest.raises(NotSent) as waits:
        portal.look()
    assert 0 < (waits.value.retry_after or 0) <= 70
    assert portal.types == []
    portal.now += timedelta(seconds=71)
    portal.look()
    portal.is_whole()


def test_after_erasing_it_is_known_by_its_fields(portal: Portal) -> None:
    portal.look()
    portal.call("crm.type.update", id=portal.process.type, fields={"title": "Обмен и возврат"})
    portal.forget()
    written = portal.writes()
    portal.look()
    portal.is_whole()
    assert (portal.process.title, portal.writes()) == ("Обмен и возврат", written)


def test_a_process_of_the_same_title_is_not_taken_for_ours(portal: Portal) -> None:
    theirs = portal.call("crm.type.add", fields={"title": "ВОЗВРАТЫ", "isStagesEnabled": "Y"})["type"]
    portal.look()
    assert (portal.process.title, portal.process.type != theirs["id"]) == ("Возвраты (Waybill)", True)
    assert len(portal.types) == 2


def test_one_that_the_administrator_names_keeps_its_own_stages(portal: Portal) -> None:
    """Flags that we need are switched on, relations that it had stay, and only stages that nothing stands for come."""
    relations = {"parent": [{"entityTypeId": 7, "isChildrenListEnabled": "true"}]}
    fields = {"title": "Рекламации", "isStagesEnabled": "Y", "relations": relations}
    theirs = portal.call("crm.type.add", fields=fields)["type"]
    portal.look()
    made = portal.process.type
    born = portal.call("crm.category.list", entityTypeId=theirs["entityTypeId"])["categories"][0]["id"]
    own = {"ENTITY_ID": directory_of(theirs["entityTypeId"], born), "STATUS_ID": "UC_1", "NAME": "Едет", "SORT": 35}
    portal.call("crm.status.add", fields=own)
    portal.works()
    portal.ask(chosen=theirs["id"])
    portal.look()
    process = portal.process
    assert (process.type, process.title, portal.kept.chosen) == (theirs["id"], "Рекламации", 0)
    assert process.stages[ReturnStage.IN_TRANSIT].endswith(":UC_1")
    rows = portal.stages()
    assert [row["NAME"] for row in rows] == [
        "Начало",
        "Одобрен",
        "Забор заказан",
        "Подготовка",
        "Согласование",
        "Едет",
        "Получен складом",
        "Проверен",
        "Деньги возвращены",
        "Заменён",
        "Успех",
        "Провал",
    ]
    parents = portal.call("crm.type.get", id=theirs["id"])["type"]["relations"]["parent"]
    assert [row["entityTypeId"] for row in parents] == [7, 2, 3, 4]
    assert {each.id for each in portal.kept.types} == {made, theirs["id"]}
    written = portal.writes()
    portal.look()
    assert portal.writes() == written


def test_what_is_gone_comes_back_and_what_was_renamed_stays(portal: Portal) -> None:
    portal.look()
    portal.works()
    for meaning in (ReturnStage.APPROVED, ReturnStage.RECEIVED):
        portal.call("crm.status.delete", id=portal.stage(meaning)["ID"])
    portal.call("crm.status.update", id=portal.stage(ReturnStage.INSPECTED)["ID"], fields={"NAME": "Одобрен"})
    # One that the portal was born with has no code of ours.
    portal.call("crm.status.update", id=portal.stage(ReturnStage.COLLECTION_BOOKED)["ID"], fields={"NAME": "Ждём"})
    extra = {"ENTITY_ID": portal.stages()[0]["ENTITY_ID"], "STATUS_ID": "UC_9", "NAME": "Спор", "SORT": 85}
    portal.call("crm.status.add", fields=extra)
    gone = next(row for row in portal.fields() if row["fieldName"].endswith("WB_REASON"))
    portal.call("userfieldconfig.delete", moduleId="crm", id=gone["id"])
    portal.look()
    names = [row["NAME"] for row in portal.stages()]
    assert names == [*NAMES_RU[:2], "Ждём", *NAMES_RU[3:5], "Одобрен", *NAMES_RU[6:8], "Спор", *NAMES_RU[8:]]
    assert portal.process.names[ReturnStage.INSPECTED] == "Одобрен"
    assert portal.stage(ReturnStage.APPROVED)["STATUS_ID"].endswith(":WB_OK")
    assert len(portal.fields()) == len(ReturnField)


def test_a_deleted_process_is_told_and_made_again_when_asked(portal: Portal) -> None:
    portal.look()
    portal.works()
    portal.call("crm.type.delete", id=portal.process.type)
    portal.look()
    off = portal.kept.off
    assert off is not None
    assert (off.why, portal.types) == (OffReason.GONE, [])
    portal.ask(anew=True)
    portal.look()
    portal.is_whole()
    assert portal.kept.anew is False


def test_an_installation_makes_a_deleted_one_again(portal: Portal) -> None:
    portal.look()
    portal.call("crm.type.delete", id=portal.process.type)
    portal.look()
    portal.is_whole()


def test_a_plan_without_them_goes_without_and_gets_one_later(portal: Portal) -> None:
    portal.rig.switch(smart_processes=False)
    portal.look()
    kept = portal.kept
    assert kept.off is not None
    assert (kept.off.why, kept.process, kept.making) == (OffReason.PLAN, None, None)
    assert "тариф" in kept.off.said
    assert not kept.due(portal.now)
    assert kept.due(portal.now + timedelta(days=1))
    portal.rig.switch(smart_processes=True)
    portal.look()
    portal.is_whole()


def test_without_the_right_to_configure_the_crm_it_is_told(portal: Portal) -> None:
    for person in portal.rig.portal.users.values():
        person.admin = person.crm_admin = False
    portal.look()
    off = portal.kept.off
    assert off is not None
    assert (off.why, bool(off.said)) == (OffReason.ACCESS, True)


def test_without_the_scope_nothing_is_asked(portal: Portal) -> None:
    portal.granted = ("crm", "placement")
    assert portal.look().batches == []
    assert portal.kept == Kept()
