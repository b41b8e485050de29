"""A connection's lane: intents are carried out, orders are followed, callbacks make us read sooner."""

from b24app.runners.connection.runner import ConnectionRunner

__all__ = ["ConnectionRunner"]
