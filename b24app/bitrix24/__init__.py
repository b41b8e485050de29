"""The portal's REST API as we use it: oauth, transport, batch, CRM gateway, errors (bitrix24-app.md, bitrix24-crm.md)."""
