"""What makes an order acceptable (§5.1): every complaint at once, under the path of its field."""

from __future__ import annotations

from datetime import time
from typing import Any

from sandbox.pek.check import Check, join
from sandbox.pek.core import Pek
from sandbox.pek.data.directories import AIR, CONTENTS, DTS, LTL, PRODUCTS
from sandbox.pek.errors import REQUIRED
from sandbox.pek.model import Account, End

from . import ends, parties, services, units

SELF, FETCH, SPLIT, NETWORK = 0, 3, 4, 14
_DOCFLOWS = ("FFS", "COURIER", "FFS_EDI")
_COMMON = "docflowType orderType plannedDate callToScheduleCar counterpartClientCard"
_PICKUP = """coordinates addressStockComment periodTimeFrom periodTimeTo dinnerFrom dinnerTo addressForDocuments
    addressForDocumentsComment isLoading isHydrolift floor isElevator carryingDistance isSpecialEquipment isOpenCar
    isSideLoad isUncovered isAuthorityNeeded"""
_CARGO = """customerCorrelation type isRegisteredGoogs countryCargocode palletType palletCount weight volume width
    length height accompanyingDocuments accompanyingDocumentsName accompanyingDocumentsNumber accompanyingDocumentsDate
    accompanyingDocumentsNumberTTN positionsCount description orderNumber paymentForm typeClientBarcode
    clientPositionsBarcode cargoPlaceList"""
_PLACE = "quantity weight length height width volume"


class Accepted:
    """A request that passed: its type, its start and the end of each cargo."""

    def __init__(self) -> None:
        self.order_type = SELF
        self.start: End | None = None
        self.ends: list[End] = []


def check_order(pek: Pek, account: Account, data: dict[str, Any]) -> Accepted:
    """Raises Refused with every complaint."""
    check, found = Check(strict=pek.switches.strict_fields), Accepted()
    check.known(data, "", "common EDICounterpart pickUpDetails sender cargos")
    common = check.take(data, "", "common", "object", required=pek.switches.docflow_required) or {}
    edi = _check_common(pek, account, check, common)
    found.order_type = common.get("orderType") or SELF
    sender = check.take(data, "", "sender", "object") or {}
    if sender:
        parties.check_party(check, sender, "sender", sender=True, edi=edi)
    found.start = _start(pek, check, data, sender, found.order_type)
    if edi:
        _check_edi(check, data)
    cargos = check.take(data, "", "cargos", "list") or []
    most = 1 if found.order_type in (FETCH, SPLIT) else 50
    if not 1 <= len(cargos) <= most:
        check.bad("cargos", f"Количество грузов в заявке: от 1 до {most}")
    for at, cargo in enumerate(cargos):
        end = _check_cargo(pek, account, check, cargo, f"cargos[{at}]", found.order_type, edi=edi)
        if end is not None:
            found.ends.append(end)
    _check_day(pek, check, common, found, [cargo for cargo in cargos if isinstance(cargo, dict)])
    check.done()
    return found


def _check_common(pek: Pek, account: Account, check: Check, common: dict[str, Any]) -> bool:
    check.known(common, "common", _COMMON)
    docflow = check.take(common, "common", "docflowType", "text", required=pek.switches.docflow_required)
    if docflow and docflow not in _DOCFLOWS:
        check.bad("common.docflowType", f"Допустимые значения: {', '.join(_DOCFLOWS)}")
    if docflow == "FFS":
        check.bad("common.docflowType", "FFS допустим только для международной перевозки с плательщиком не в РФ")
    kind = check.take(common, "common", "orderType", "whole", required=False)
    if kind not in (None, SELF, FETCH, SPLIT, NETWORK):
        check.bad("common.orderType", "Допустимые значения: 0, 3, 4, 14")
    if kind == SPLIT and not account.split_pickup:
        check.bad("common.orderType", "Раздельная подача заказов не подключена, обратитесь к менеджеру ПЭК")
    check.take(common, "common", "callToScheduleCar", "flag", required=False)
    return bool(docflow == "FFS_EDI")


def _check_edi(check: Check, data: dict[str, Any]) -> None:
    block = check.take(data, "", "EDICounterpart", "object") or {}
    kind = check.take(block, "EDICounterpart", "EDItype", "whole")
    if kind not in (None, 1, 2, 3):
        check.bad("EDICounterpart.EDItype", "Допустимые значения: 1, 2, 3")
    if kind == 3:
        other = check.take(block, "EDICounterpart", "other", "object") or {}
        check.take(other, "EDICounterpart.other", "legalForm", "whole")
        check.take(other, "EDICounterpart.other", "inn", "text")
    check.take(block, "EDICounterpart", "EDImail", "text")


def _start(pek: Pek, check: Check, data: dict[str, Any], sender: dict[str, Any], order_type: int) -> End | None:
    if order_type == SELF:
        return ends.warehouse_end(pek, check, sender.get("warehouseId"), "sender.warehouseId", "Прием груза")
    details = check.take(data, "", "pickUpDetails", "object") or {}
    check.known(details, "pickUpDetails", _PICKUP)
    times = [
        check.take(details, "pickUpDetails", name, "time", required=False)
        for name in ("periodTimeFrom", "periodTimeTo", "dinnerFrom", "dinnerTo")
    ]
    if times[0] and times[1] and _hours(times[1]) - _hours(times[0]) < 4:
        check.bad("pickUpDetails.periodTimeTo", "Интервал времени забора должен составлять минимум 4 часа")
    return ends.address_end(
        check,
        sender.get("addressStock"),
        details.get("coordinates"),
        "sender.addressStock",
        "pickUpDetails.coordinates",
    )


def _hours(text: str) -> float:
    moment = time.fromisoformat(text)
    return moment.hour + moment.minute / 60


def _check_day(pek: Pek, check: Check, common: dict[str, Any], found: Accepted, cargos: list[dict[str, Any]]) -> None:
    dts = any((cargo.get("common") or {}).get("type") == DTS for cargo in cargos)
    needed = found.order_type != SELF or dts
    day = check.take(common, "common", "plannedDate", "date", required=needed)
    if day is None:
        return
    today = pek.moscow_now().date()
    if day < today:
        check.bad("common.plannedDate", "Дата передачи груза не может быть в прошлом")
    elif found.order_type != SELF and (day.isoweekday() > 5 or (day.month == 1 and day.day <= 8)):
        check.bad("common.plannedDate", "Забор груза в выходные и праздничные дни невозможен")
    elif found.order_type != SELF and day == today and not pek.switches.same_day_pickup:
        check.bad("common.plannedDate", "Забор груза день в день невозможен")


def _check_cargo(
    pek: Pek, account: Account, check: Check, cargo: Any, path: str, order_type: int, *, edi: bool
) -> End | None:
    if not isinstance(cargo, dict):
        check.bad(path, "Неверный тип значения")
        return None
    check.known(cargo, path, "common receiver services refusalWarehouse")
    common = check.take(cargo, path, "common", "object") or {}
    receiver = check.take(cargo, path, "receiver", "object") or {}
    wanted = check.take(cargo, path, "services", "object") or {}
    sizes = _check_cargo_common(pek, account, check, common, join(path, "common"), order_type, edi=edi)
    if receiver:
        parties.check_party(check, receiver, join(path, "receiver"), sender=False, edi=edi)
    if wanted:
        services.check_services(
            check, wanted, join(path, "services"), order_type=order_type, weight=_number(common.get("weight")),
            sealing=pek.switches.sealing_required,
        )  # fmt: skip
        services.check_cash(check, wanted, join(path, "services"), account, common.get("type"))
    return _end(pek, check, receiver, wanted, path, sizes)


def _check_cargo_common(
    pek: Pek, account: Account, check: Check, common: dict[str, Any], path: str, order_type: int, *, edi: bool
) -> tuple[float, float, float, float]:
    """Weight, volume, largest side, heaviest place."""
    check.known(common, path, _CARGO)
    product = check.take(common, path, "type", "whole")
    if product is not None and product not in PRODUCTS:
        check.bad(join(path, "type"), "Продукт/тариф не найден")
    if order_type == NETWORK and product not in (None, LTL, AIR, DTS):
        check.bad(join(path, "type"), "Сетевая заявка поддерживает только продукты 3, 1 и 7")
    if product == DTS and (order_type not in (SELF, NETWORK) or not account.dts):
        check.bad(join(path, "type"), "Продукт ДТС недоступен для этой заявки")
    if (text := check.take(common, path, "description", "text")) and text not in CONTENTS:
        check.bad(join(path, "description"), "Наименование груза отсутствует в справочнике")
    count = check.take(common, path, "positionsCount", "whole")
    if count is not None and count < 1:
        check.bad(join(path, "positionsCount"), "Количество мест должно быть не менее 1")
    number = check.take(common, path, "orderNumber", "text", required=False)
    if number and len(number) > 50:
        check.bad(join(path, "orderNumber"), "Максимальная длина поля 50 символов")
    check.take(common, path, "customerCorrelation", "text", required=False)
    if edi and not check.take(common, path, "countryCargocode", "list"):
        check.bad(join(path, "countryCargocode"), REQUIRED)
    if not order_type and not any(common.get(name) for name in ("weight", "volume", "length", "width", "height")):
        return 0.0, 0.0, 0.0, 0.0
    volume = units.check_place(pek, check, common, path, sizes_required=bool(order_type))
    if order_type and not common.get("volume"):
        check.bad(join(path, "volume"), REQUIRED)
    heaviest = _check_places(pek, check, common, path, count)
    side = max(_number(common.get(name)) for name in ("length", "width", "height"))
    weight = _number(common.get("weight"))
    return weight, volume, side, heaviest or weight / max(1, count or 1)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _check_places(pek: Pek, check: Check, common: dict[str, Any], path: str, count: int | None) -> float:
    """``cargoPlaceList``: totals, each rounded up to hundredths, equal those of the cargo. The heaviest place."""
    rows = check.take(common, path, "cargoPlaceList", "list", required=False)
    if not rows:
        return 0.0
    weight = volume = heaviest = 0.0
    number = 0
    for at, row in enumerate(rows):
        place = f"{join(path, 'cargoPlaceList')}[{at}]"
        if not isinstance(row, dict):
            check.bad(place, "Неверный тип значения")
            continue
        check.known(row, place, _PLACE)
        quantity = check.take(row, place, "quantity", "whole") or 0
        check.take(row, place, "volume", "number")
        units.check_place(pek, check, {**row, "volume": None}, place, sizes_required=True)
        sides = [_number(row.get(name)) for name in ("length", "width", "height")]
        number += quantity
        weight += quantity * _number(row.get("weight"))
        volume += quantity * round(sides[0] * sides[1] * sides[2], 9)
        heaviest = max(heaviest, _number(row.get("weight")))
    for name, total in (("weight", weight), ("volume", volume)):
        if units.up(round(total, 9)) != units.up(_number(common.get(name))):
            check.bad(join(path, name), "Значение не равно сумме по грузоместам cargoPlaceList")
    if count is not None and number != count:
        check.bad(join(path, "positionsCount"), "Значение не равно количеству грузомест cargoPlaceList")
    return heaviest


def _end(
    pek: Pek, check: Check, receiver: dict[str, Any], wanted: dict[str, Any], path: str,
    sizes: tuple[float, float, float, float],
) -> End | None:  # fmt: skip
    inner = join(path, "receiver")
    if (wanted.get("delivery") or {}).get("enabled") is True:
        return ends.address_end(
            check,
            receiver.get("addressStock"),
            receiver.get("coordinates"),
            f"{inner}.addressStock",
            f"{inner}.coordinates",
        )
    found = ends.warehouse_end(pek, check, receiver.get("warehouseId"), f"{inner}.warehouseId", "Выдача груза")
    if found is not None:
        ends.fits(pek, check, found, f"{inner}.warehouseId", *sizes)
    return found
