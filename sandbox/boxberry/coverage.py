"""What of Boxberry's API works here and what is refused loudly."""

from __future__ import annotations

from sandbox.kernel.system import CoverageRow

COVERAGE = (
    CoverageRow("ListCities, ListCitiesFull, CourierListCities", "works", "Russia; other countries are empty lists"),
    CoverageRow("ListPoints, ListPointsShort, PointsDescription, PointsForParcels", "works"),
    CoverageRow("ListZips, ZipCheck", "works"),
    CoverageRow("DeliveryCosts, DeliveryCalculation", "works", "prices by distance and weight"),
    CoverageRow("ParselCreate", "works", "also updateByTrack; vid 1, 2, 3; no export"),
    CoverageRow("ParcelInfo, ParselStory, ParselList, OrdersBalance, ListServices", "works"),
    CoverageRow("ListStatuses, ListStatusesFull", "works"),
    CoverageRow("ChangeOrderDetails, …StorageDate, …Issue, …DeliveryType", "works"),
    CoverageRow("CancelOrder, ParselDel", "works"),
    CoverageRow("ParselSend, ParselSendStory, ParselCheck, parcel-files", "works"),
    CoverageRow("CreateIntake", "works", "nothing reads or cancels it, as in the API"),
    CoverageRow("GetLastStatusData", "refused", "its parameters and answer are in no source"),
    CoverageRow("PointsByPostCode", "refused", "its answer is in no source"),
    CoverageRow("Warehouse*, WidgetSettings, GetKeyIntegration, DadataSuggestions", "refused", "other products"),
    CoverageRow("export (EAEU)", "refused", "a text"),
)
