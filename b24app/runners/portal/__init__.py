"""A portal's lane: hints become reads, reads become decisions, decisions become rows, rows become writes."""

from b24app.runners.portal.runner import PortalRunner

__all__ = ["PortalRunner"]
