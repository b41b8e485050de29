"""Yandex.Delivery's behaviour, one file a subject; none of them knows about HTTP."""
