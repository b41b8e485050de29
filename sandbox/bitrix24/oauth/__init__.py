"""The two OAuth servers and the tokens they issue (contract bitrix24-app §2)."""
