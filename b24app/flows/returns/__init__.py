"""The returns desk as pure decisions: docs/returns.md. Runners and pages will call it; nothing here knows of them."""
