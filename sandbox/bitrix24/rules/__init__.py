"""How the CRM behaves when something is written: values, stages, amounts, rights (crm §1.4, §3, §14.2)."""
