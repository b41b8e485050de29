"""Attribute names by entity (§3): what a body may hold, and what a query may ask for."""

from __future__ import annotations


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


#: Those of a times-without-a-zone kind (§3.1).
TIMES = _names(
    """
    OrderPlacedDateTime PickupStartDateTime PickupEndDateTime DeliveryStartDateTime DeliveryEndDateTime
    EstimatedDeliveryDate EstimatedReceiptDate ShippedDate ExpiryDate
    """
)

ADDRESS = _names(
    """
    FirstName LastName Address1 Address2 Address3 City State PostalCode County Country Phone Email
    """
)

ORDER = _names(
    """
    OriginalOrderId AlternateOriginalOrderId OrderType OrderPlacedDateTime OriginFacilityId CustomerId
    PickupStartDateTime PickupEndDateTime DeliveryStartDateTime DeliveryEndDateTime DestinationAddress
    BillingMethodId DesignatedShipViaId DesignatedServiceLevelId DesignatedModeId MinimumStatus MaximumStatus
    MultipleShipmentEligible DocumentsOnly IsEstimationOrder Cancelled Extended OriginalOrderLine
    OriginalOrderNotes OriginalOrderRequestedServices OriginalOrderContact OrderId ExternalOrgId
    DestinationFacilityId DestinationDockId DestinationLatitude DestinationLongitude OriginAddress OriginDockId
    BillingAccountNumber CollectOnDeliveryFundsId DutyTaxPayer TransportationResponsibilityId
    PostOfficeBoxDestination MustShipTogetherRestricted MustShipTogetherCode ReservedFor DesignatedStaticRouteId
    DesignatedShipmentId DesignatedFinalDeliveryModeId DesignatedFinalDeliveryCarrierId
    DesignatedFinalDeliveryServiceLevelId DesignatedFinalDeliveryShipViaId BillToAddress BillToFacilityId
    ConsigneeId TaxId IncotermId Priority BusinessUnitId DeliveryMethod AggregationAttribute RelatedParties
    OriginalOrderAttributes OriginalOrderInstruction OriginalOrderAccessorial FacilityTimeZone PickupTimeZone
    DeliveryTimeZone AesItn AllowFacilityCreatedLines B13aTransactionNumber BillToIdentificationNumber
    BillToIdentificationType BillToTitle BusinessUnitGroupId CreatedFromReleaseOrder
    DesignatedParcelRateShopGroupId DesignatedShipmentBusinessUnitId DesignatedStopSequenceNumber
    DocumentTemplateFormatXref EeiMethodId ExportCodeId ExportReasonId ForeignTradeStatisticsRegulationNumber
    InternationalGoodsDescription MarkForAddress MarkForStoreName MarkForStoreNumber OriginLatitude
    OriginLongitude PlanningTypeId PortExportationCode PortUnladingCode PrePackTypeId ReportingOrderType
    """
)

ORDER_LINE = _names(
    """
    OriginalOrderLineId ItemId OrderedQuantity QuantityUomId UnitPrice Weight WeightUomId Cancelled Splittable
    Extended BatchNumber ProductStatusId InventoryTypeId UnitWeight UnitVolume Length Width Height
    DimensionUomId Volume VolumeUomId Description Reference1 Reference2 CountryOfOriginId CommodityCodeId
    HazardousMaterial HazardousMaterialId Gift ReasonCodeId RequiredPackQuantity PickupStartDateTime
    PickupEndDateTime DeliveryStartDateTime DeliveryEndDateTime DesignatedCarrierId AllocateSingleBatch
    AllocationSourceId AllocationSourceTypeId AllowItemSub AlternateOriginalOrderId AlternateOriginalOrderLineId
    AssignedShipViaId AssortNumber BusinessUnitId ClimateControlId ContainerTypeId CreatedFromReleaseOrder
    CubeMultipleQuantity CustomerItemNumber DepartmentId DepartmentName DesignatedEquipmentTypeId
    DesignatedFinalDeliveryCarrierId DesignatedFinalDeliveryModeId DesignatedFinalDeliveryServiceLevelId
    DesignatedFinalDeliveryShipViaId DesignatedModeId DesignatedParcelRateShopGroupId DesignatedPathId
    DesignatedPathSetId DesignatedServiceLevelId DesignatedShipViaId DesignatedShipmentBusinessUnitId
    DesignatedShipmentId DesignatedStaticRouteId DesignatedStopId DesignatedStopSequenceNumber EntityLabels
    ExecutionSequence ItemAttribute1 ItemAttribute2 ItemAttribute3 ItemAttribute4 ItemAttribute5 LoadingSequence
    MerchandizeGroupId MerchandizeTypeId MerchandizingDepartmentId MustShipTogetherCode
    MustShipTogetherRestricted NmfcFreightClassId OriginalOrderLineAttributes OriginalOrderLineFinancials
    OriginalOrderLineInstruction OriginalOrderLineNotes OriginalOrderLineRequestedServices
    OriginalOrderLineSupplementalQuantity PrePackGroupCode PrePackQuantity Priority ProductClassId
    ReferenceOrder ReferenceOrderLine RequestedInventoryAttributeName RequestedInventoryAttributeValue
    RequestedInventoryCaptureLevelUomId RequiredBundleQuantity RequiredLpnQuantity RequiredPalletQuantity
    RequiredShelfDays RequiredSubPackQuantity StoreDepartment UnitCost UnitTax
    """
)

ASN = _names(
    """
    AsnId AsnLevelId AsnOriginTypeId AsnStatus DestinationFacilityId OriginFacilityId VendorId CarrierId
    TrailerId BillOfLadingNumber EstimatedDeliveryDate ShippedDate EstimatedWeight EstimatedVolume Canceled
    VerificationAttempted Extended ShipmentAsnAssociation AsnRequestedService Lpn AsnLine EstimatedReceiptDate
    ReferenceShipmentId PreDeterminedLpnCount ShippedLpns PreReceiptStatusId RrnId FacilityTimezone
    AsnVerificationDate FirstReceiptDate LastReceiptDate ReceivedLpns
    """
)

ASN_LINE = _names(
    """
    AsnLineId ItemId ShippedQuantity QuantityUomId PurchaseOrderId PurchaseOrderLineId InventoryTypeId
    ProductStatusId BatchNumber ExpiryDate Canceled Extended AsnLineAttribute AsnLineRequestedService
    BusinessUnitId CountryOfOrigin HandlingUomQuantity InventoryAttribute1 InventoryAttribute2
    InventoryAttribute3 InventoryAttribute4 InventoryAttribute5 ManufacturingDate ManufacturingFacilityId
    PreReceiptStatusId ProductClass RetailPrice Season SeasonYear Sequence StandardLpnQuantity
    StandardPackQuantity StandardSubPackQuantity Style VendorId
    """
)

LPN = _names(
    """
    LpnId LpnStatus LpnTypeId SingleItemLpn LpnDetail AllocationTypeId BusinessUnitId Canceled DimensionUomId
    DiversionCodeId EstimatedWeight FacilityTimezone FinalDestinationAddress FinalDestinationFacilityId
    ItemAttributesValidated LocationId LpnRequestedService LpnSizeTypeId MarkFor ParentLpnId
    PhysicalEntityCodeId PreReceiptStatusId PurchaseOrderId VendorId Volume VolumeUomId WeightUomId
    """
)
LPN_DETAIL = _names(
    """
    LpnDetailId ItemId ShippedQuantity QuantityUomId LpnDetailStatus ProductStatusId InventoryTypeId BatchNumber
    AsnLineId BusinessUnitId CountryOfOrigin CrossReferenceOrderId CrossReferenceOrderLineId ExpiryDate
    ExternalOrderId ExternalOrderLineId HandlingUomQuantity InventoryAttribute1 InventoryAttribute2
    InventoryAttribute3 InventoryAttribute4 InventoryAttribute5 LpnDetailAttribute ManufacturingDate
    OriginalShippingFacilityId PrereceiptAllocatedQuantity ProductClass PurchaseOrderId PurchaseOrderLineId
    RetailPrice Season SeasonYear StandardPackQuantity StandardSubPackQuantity Style TierQuantity VendorId
    """
)
