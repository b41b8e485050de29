"""Which fields objects have and of which kind (§5; sizes and types as in the vendor's OpenAPI file)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """``kind``: text number int bool minute uuid ref enum address attributes files positions tags rate plain.
    ``fixed``: it is never taken from a request."""

    kind: str
    size: int = 255
    types: tuple[str, ...] = ()
    fixed: bool = False


def _refs(**types: str) -> dict[str, Field]:
    return {name: Field("ref", types=tuple(kinds.split())) for name, kinds in types.items()}


def _of(
    kind: str, names: str, size: int = 255, *, fixed: bool = False, types: tuple[str, ...] = ()
) -> dict[str, Field]:
    return {name: Field(kind, size, types, fixed=fixed) for name in names.split()}


Fields = Mapping[str, Field]
AGENTS = "counterparty organization"
_READ_ONLY = _of("plain", "meta id accountId created updated deleted", fixed=True)
_OWNED = _of("text", "name code externalCode") | _of("bool", "shared") | _refs(owner="employee", group="group")
_DOCUMENT: Fields = {
    **_READ_ONLY,
    **_OWNED,
    **_of("plain", "printed published sum vatSum payedSum", fixed=True),
    **_of("uuid", "syncId"),
    **_of("text", "description", 4096),
    **_of("minute", "moment"),
    **_of("bool", "applicable"),
    **_refs(organization="organization", store="store", state="state", project="project"),
    **_of("attributes", "attributes"),
    **_of("files", "files"),
    **_of("positions", "positions"),
    **_of("rate", "rate"),
}
_TRADE: Fields = {
    **_DOCUMENT,
    **_of("bool", "vatEnabled vatIncluded"),
    **_refs(agent=AGENTS, organizationAccount="account", agentAccount="account", contract="contract",
            salesChannel="saleschannel"),
}  # fmt: skip
_ADDRESS: Fields = _of("text", "shipmentAddress") | _of("address", "shipmentAddressFull")
_ORDER: Fields = {
    **_TRADE,
    **_ADDRESS,
    **_of("minute", "deliveryPlannedMoment"),
    **_of("enum", "taxSystem", types=("GENERAL_TAX_SYSTEM", "SIMPLIFIED_TAX_SYSTEM_INCOME", "UNIFIED_AGRICULTURAL_TAX",
                                      "SIMPLIFIED_TAX_SYSTEM_INCOME_OUTCOME", "PRESUMPTIVE_TAX_SYSTEM",
                                      "PATENT_BASED", "TAX_SYSTEM_SAME_AS_GROUP")),
    **_of("plain", "invoicedSum shippedSum reservedSum demands payments invoicesOut purchaseOrders moves prepayments "
                   "productionTasks", fixed=True),
}  # fmt: skip
_DEMAND: Fields = {
    **_TRADE,
    **_ADDRESS,
    **_refs(customerOrder="customerorder", carrier=AGENTS, consignee=AGENTS, consignor=AGENTS),
    **_of("text", "cargoName shippingInstructions transportFacility transportFacilityNumber shippingDocumentNumber "
                  "stateContractId"),
    **_of("minute", "shippingDocumentDate"),
    **_of("int", "goodPackQuantity"),
    **_of("plain", "overhead returns payments factureOut invoicesOut", fixed=True),
}  # fmt: skip
_RETURN: Fields = {**_TRADE, **_refs(demand="demand"), **_of("plain", "losses payments factureOut", fixed=True)}
_LOSS: Fields = {**_DOCUMENT, **_refs(salesReturn="salesreturn"), **_of("plain", "inventory expenseItem", fixed=True)}
_PERSON: Fields = {
    **_READ_ONLY,
    **_OWNED,
    **_of("uuid", "syncId"),
    **_of("bool", "archived"),
    **_of("text", "description legalTitle", 4096),
    **_of("text", "email phone fax actualAddress legalAddress inn kpp ogrn ogrnip okpo legalFirstName legalLastName "
                  "legalMiddleName discountCardNumber"),
    **_of("address", "actualAddressFull legalAddressFull"),
    **_of("enum", "companyType", types=("legal", "entrepreneur", "individual")),
    **_of("tags", "tags"),
    **_of("attributes", "attributes"),
    **_of("files", "files"),
    **_refs(state="state"),
    **_of("plain", "salesAmount bonusPoints accounts contactpersons notes", fixed=True),
}  # fmt: skip
_ROW: Fields = {
    **_of("plain", "meta id accountId", fixed=True),
    **_refs(assortment="product variant bundle service"),
    **_of("number", "quantity price discount"),
    **_of("int", "vat"),
    **_of("bool", "vatEnabled"),
    **_of("plain", "pack stock", fixed=True),
}

#: Types whose objects can be written; the rest is shown only.
WRITTEN: Mapping[str, Fields] = {
    "counterparty": _PERSON,
    "customerorder": _ORDER,
    "demand": _DEMAND,
    "salesreturn": _RETURN,
    "loss": _LOSS,
}
DOCUMENTS = ("customerorder", "demand", "salesreturn", "loss")
#: Rows of documents, by the document's type.
ROWS: Mapping[str, Fields] = {
    "customerorder": {**_ROW, **_of("number", "reserve"), **_of("plain", "shipped taxSystem", fixed=True)},
    "demand": {**_ROW, **_of("plain", "things trackingCodes slot overhead cost", fixed=True)},
    "salesreturn": {**_ROW, **_of("plain", "things slot cost country gtd", fixed=True)},
    "loss": {
        **{name: _ROW[name] for name in ("meta", "id", "accountId", "assortment", "quantity", "price", "pack")},
        **_of("text", "reason"),
        **_of("plain", "things slot", fixed=True),
    },
}
#: What has to be there when an object is made (§5.3–5.5, 5.8).
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "counterparty": ("name",),
    "customerorder": ("organization", "agent"),
    "demand": ("organization", "agent"),
    "salesreturn": ("organization", "agent", "store"),
    "loss": ("organization", "store"),
}
#: Objects that only the account's own pages change here.
SHOWN = ("organization", "store", "product", "variant", "bundle", "service", "employee", "group", "currency", "uom")
#: Types that the real system has and this sandbox does not: naming one is no unknown type.
ELSEWHERE = (
    "account", "assortment", "bonusprogram", "cashin", "cashout", "consignment", "contract", "country",
    "customentity", "discount", "enter", "expenseitem", "factureout", "invoiceout", "move", "paymentin", "paymentout",
    "pricetype", "project", "purchaseorder", "region", "retaildemand", "saleschannel", "supply", "task",
)  # fmt: skip
#: Parts of an address (§5.3) and how long they may be.
ADDRESS: Mapping[str, int] = {
    "postalCode": 6, "country": 0, "region": 0, "city": 255, "street": 255, "house": 30, "apartment": 30,
    "addInfo": 255, "comment": 255,
}  # fmt: skip
#: Values of custom attributes by their type: (Python types, the word of 2016).
VALUES: Mapping[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "строка"),
    "text": ((str,), "строка"),
    "link": ((str,), "строка"),
    "time": ((str,), "дата"),
    "long": ((int,), "целое число"),
    "double": ((int, float), "дробное число"),
    "boolean": ((bool,), "логическое значение"),
}
