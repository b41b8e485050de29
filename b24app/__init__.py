"""Waybill: a Bitrix24 Market app that ships CRM deals (see README.md for the map of the house)."""
