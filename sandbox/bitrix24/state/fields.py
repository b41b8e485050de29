"""Field tables of CRM objects and the naming of user fields (crm §1.2, §2.1, §4.1, §6.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CAMEL = re.compile(r"(?<=[a-z0-9])([A-Z])")
_PLAIN = re.compile(r"[A-Z_]+\Z")
_TYPED_DIGITS = re.compile(r"UF_CRM_[0-9]{1,4}_[0-9_]+\Z")
_TYPED_LETTERS = re.compile(r"UF_CRM_[0-9]{1,4}_[A-Z_]+\Z")

# Where the original name is not the plain conversion of the camelCase one.
_UPPER = {
    "createdTime": "DATE_CREATE", "updatedTime": "DATE_MODIFY", "createdBy": "CREATED_BY_ID",
    "updatedBy": "MODIFY_BY_ID", "movedBy": "MOVED_BY_ID", "lastActivityBy": "LAST_ACTIVITY_BY",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One system field. ``kind`` is the REST type; ``default`` is what an empty one shows."""

    name: str
    kind: str
    read_only: bool = False
    multiple: bool = False
    default: object = None

    @property
    def upper(self) -> str:
        return _UPPER.get(self.name) or _CAMEL.sub(r"_\1", self.name).upper()


def _parse(text: str) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for line in text.split():
        name, kind, *rest = line.split(":")
        flags = rest[0] if rest else ""
        default: object = rest[1] if len(rest) > 1 else None
        if default == "0":
            default = 0
        found[name] = Field(name, kind, "r" in flags, "m" in flags, default)
    return found


_COMMON = """
id:integer:r createdTime:datetime:r updatedTime:datetime:r createdBy:user:r updatedBy:user:r assignedById:user
opened:boolean::Y lastActivityBy:user:r lastActivityTime:datetime:r
utmSource:string utmMedium:string utmCampaign:string utmContent:string utmTerm:string
originatorId:string originId:string sourceId:crm_status sourceDescription:string comments:string
"""
_MONEY = "opportunity:double::0 isManualOpportunity:boolean::N taxValue:double::0 currencyId:crm_currency"
_STAGE = """
categoryId:crm_category::0 stageId:crm_status stageSemanticId:string:r movedBy:user:r movedTime:datetime:r
begindate:date closedate:date
"""
_CLIENT = "companyId:crm_company::0 contactId:crm_contact::0 contactIds:crm_contact:m"

DEAL = _parse(
    "title:string leadId:integer quoteId:integer typeId:crm_status probability:integer additionalInfo:string "
    "isNew:boolean::N isRecurring:boolean:r:N isReturnCustomer:boolean:r:N isRepeatedApproach:boolean:r:N "
    "closed:boolean::N locationId:string webformId:integer:r:0 orderStage:string:r observers:user:m "
    + _COMMON + _MONEY + _STAGE + _CLIENT
)  # fmt: skip
LEAD = _parse(
    "title:string name:string secondName:string lastName:string statusId:crm_status " + _COMMON + _MONEY + _CLIENT
)
CONTACT = _parse(
    "honorific:crm_status name:string secondName:string lastName:string shortName:string:r photo:file birthdate:date "
    "typeId:crm_status post:string address:string export:boolean::Y companyId:crm_company::0 companyIds:crm_company:m "
    "observers:user:m hasPhone:boolean:r:N hasEmail:boolean:r:N hasImol:boolean:r:N searchContent:string:r "
    "categoryId:crm_category::0 login:string originVersion:string leadId:integer fm:crm_multifield:m " + _COMMON
)
COMPANY = _parse(
    "title:string logo:file address:string addressLegal:string bankingDetails:string typeId:crm_status "
    "industry:crm_status revenue:double currencyId:crm_currency employees:crm_status isMyCompany:boolean::N "
    "contactIds:crm_contact:m hasPhone:boolean:r:N hasEmail:boolean:r:N categoryId:crm_category::0 "
    "fm:crm_multifield:m " + _COMMON
)
DYNAMIC = _parse(
    "title:string xmlId:string previousStageId:crm_status:r observers:user:m opportunityAccount:double:r:0 "
    "taxValueAccount:double:r:0 accountCurrencyId:crm_currency:r mycompanyId:crm_company webformId:integer:r "
    + _COMMON + _MONEY + _STAGE + _CLIENT
)  # fmt: skip
# b24restdocs: crm/universal/object-fields.md, "Invoice": none of these; its number is the server's own.
_NOT_OF_INVOICES = ("originatorId", "originId", "opportunityAccount", "taxValueAccount", "accountCurrencyId")
INVOICE = {name: field for name, field in DYNAMIC.items() if name not in _NOT_OF_INVOICES} | _parse(
    "accountNumber:string:r locationId:string"
)
QUOTE = _parse("title:string quoteNumber:string " + _COMMON + _MONEY + _STAGE + _CLIENT)

SYSTEM_FIELDS = {1: LEAD, 2: DEAL, 3: CONTACT, 4: COMPANY, 7: QUOTE, 31: INVOICE}
UF_ENTITIES = {
    1: "CRM_LEAD",
    2: "CRM_DEAL",
    3: "CRM_CONTACT",
    4: "CRM_COMPANY",
    7: "CRM_QUOTE",
    31: "CRM_SMART_INVOICE",
}
NAMES = {1: "LEAD", 2: "DEAL", 3: "CONTACT", 4: "COMPANY", 7: "QUOTE", 31: "SMART_INVOICE"}
SHORT = {1: "L", 2: "D", 3: "C", 4: "CO", 7: "Q", 8: "RQ", 14: "O", 31: "SI"}
BY_SHORT = {code: number for number, code in SHORT.items()}
PHONE_ALIASES = {"phoneMobile": "MOBILE", "phoneWork": "WORK", "phoneMailing": "MAILING"}
EMAIL_ALIASES = {"emailHome": "HOME", "emailWork": "WORK", "emailMailing": "MAILING"}


def short_code(entity_type_id: int) -> str:
    """``D`` for a deal, ``T412`` for smart process 1042 (crm §0.7)."""
    return SHORT.get(entity_type_id) or f"T{entity_type_id:x}"


def entity_of_short(code: str) -> int | None:
    """The entity type of ``D``, ``T412`` and the like; None for a code that nothing has."""
    if code in BY_SHORT:
        return BY_SHORT[code]
    try:
        return int(code[1:], 16) if code.startswith("T") else None
    except ValueError:
        return None


def entity_name(entity_type_id: int) -> str:
    """``DEAL``, ``DYNAMIC_1042``: as placement codes and timeline bindings call it."""
    return NAMES.get(entity_type_id) or f"DYNAMIC_{entity_type_id}"


def entity_of_name(name: str) -> int | None:
    """The entity type of ``deal``, ``DYNAMIC_1042`` in any case; None if unknown."""
    upper = name.upper()
    for number, known in NAMES.items():
        if known == upper:
            return number
    tail = upper.removeprefix("DYNAMIC_")
    return int(tail) if tail != upper and tail.isdigit() else None


def camel(name: str) -> str:
    """The camelCase name of a user field by the table of crm §4.1."""
    if _PLAIN.match(name) or _TYPED_DIGITS.match(name) or _TYPED_LETTERS.match(name):
        return _joined(name)
    head, sep, tail = name.partition("UF_CRM_")
    return f"ufCrm_{tail}" if sep and not head else name


def _joined(name: str) -> str:
    words = [word for word in name.split("_") if word]
    out = words[0].lower()
    for word in words[1:]:
        if word[0].isdigit() and out[-1].isdigit():
            out += "_"
        out += word.capitalize()
    return out
