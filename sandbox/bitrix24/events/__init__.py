"""Events: who is told, what the POST contains, when it leaves (contract bitrix24-app §4)."""
