"""The portal's REST API as we use it: oauth, transport, batch, CRM gateway, errors (contracts bitrix24-app, -crm)."""
