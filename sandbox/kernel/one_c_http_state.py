"""What the extension of an emulated 1C keeps beside its objects, and how it behaves today."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .carrier import Switches

if TYPE_CHECKING:
    from .one_c_http_callbacks import Callback
    from .one_c_http_documents import Document

#: §6.1: answers are kept for at least 30 days.
KEEP_S = 30 * 86_400


@dataclass
class OneCSwitches(Switches):
    """What both 1C systems have. Seconds are of the sandbox's clock. ``decision_min/max`` above 0: what is created is
    answered 202 and exists so much later (§6.1)."""

    # §6.1 receivers ignore what they do not know; a client that misspells must not go unnoticed.
    strict: bool = True
    # §10.6: a BOM before JSON, Windows line ends in XML.
    json_bom: bool = False
    xml_crlf: bool = False
    # 503 MAINTENANCE to everything but `health`; so many next writes answer 409 LOCKED, so many calls 429.
    maintenance: bool = False
    locked: int = 0
    too_many: int = 0
    # §2.1: the extension is not published: the platform's 404 for everything.
    unpublished: bool = False
    # §10.9: entity sets outside of the OData composition, and those that the user has no rights to.
    odata_hidden: list[str] = field(default_factory=list)
    odata_closed: list[str] = field(default_factory=list)
    # §2.2: some versions answer 200 to a creation; whether a `Condition` may go through a reference is open.
    odata_created: int = 201
    odata_plain_conditions: bool = False
    # §6.9: a callback is sent twice, or not at all (probabilities).
    callback_double: float = 0.0
    callback_drop: float = 0.0


@dataclass(slots=True)
class Stored:
    """The first answer to a key (§6.1): 2xx only."""

    fingerprint: str
    at: float
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Exchange:
    """What the extension keeps beside the objects; the system's memory holds one and forgets it on the first day."""

    stored: dict[tuple[str, str], Stored] = field(default_factory=dict)
    running: set[tuple[str, str]] = field(default_factory=set)
    callbacks: dict[str, Callback] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
