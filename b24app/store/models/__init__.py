"""All tables, so that one import knows the whole schema (migrations need that)."""

from b24app.store.models.base import Base, BigId, Json, UtcDateTime
from b24app.store.models.portals import (
    AuditRow,
    Connection,
    ConnectionState,
    FieldMap,
    InstallStep,
    Pipeline,
    Portal,
    PortalState,
    PortalToken,
    TokenState,
)
from b24app.store.models.shipping import (
    CallLogRow,
    DealState,
    ProblemRow,
    ProblemState,
    Shipment,
    TrackingRow,
    UnknownCode,
)
from b24app.store.models.work import (
    Attempt,
    InboxRow,
    InboxState,
    Intent,
    IntentState,
    Lane,
    LaneKind,
    OutboxRow,
    OutboxState,
    Priority,
    ScheduleRow,
)

__all__ = [
    "Attempt", "AuditRow", "Base", "BigId", "CallLogRow", "Connection", "ConnectionState", "DealState", "FieldMap", "InboxRow",
    "InboxState", "InstallStep", "Intent", "IntentState", "Json", "Lane", "LaneKind", "OutboxRow", "OutboxState", "Pipeline",
    "Portal", "PortalState", "PortalToken", "Priority", "ProblemRow", "ProblemState", "ScheduleRow", "Shipment", "TokenState",
    "TrackingRow", "UnknownCode", "UtcDateTime",
]
