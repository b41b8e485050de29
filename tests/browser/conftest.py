"""In which order files are given to processes that run beside each other."""

from __future__ import annotations

import pytest

#: The longest first: one that is begun last is waited for by all the others.
FIRST = (
    "test_return_tab.py",
    "test_running_it.py",
    "test_walk.py",
    "test_clerk.py",
    "test_connection_form.py",
    "test_moysklad.py",
    "test_messages.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {name: at for at, name in enumerate(FIRST)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))
