"""A state that is brought back again and again: pickled once, which copies many times sooner than copy.deepcopy."""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from types import BuiltinFunctionType, FunctionType
from typing import Any


class Kept:
    """What `state` is now. ``same`` are objects that copies do not copy: a copy points to the very same ones."""

    def __init__(self, state: dict[str, Any], same: Sequence[object] = ()) -> None:
        whole = io.BytesIO()
        writer = _Writer(whole, same)
        writer.dump(state)
        self._whole, self._same = whole.getvalue(), writer.same

    def copy(self) -> dict[str, Any]:
        """A copy that shares nothing with the others but what is the same in all."""
        found: dict[str, Any] = _Reader(io.BytesIO(self._whole), self._same).load()
        return found


class _Writer(pickle.Pickler):
    def __init__(self, into: io.BytesIO, same: Sequence[object]) -> None:
        super().__init__(into, pickle.HIGHEST_PROTOCOL)
        self.same = list(same)
        self._places = {id(one): place for place, one in enumerate(self.same)}

    def persistent_id(self, found: Any) -> int | None:
        """The place of what stays the same; functions do, wherever they come from."""
        place = self._places.get(id(found))
        if place is None and isinstance(found, (FunctionType, BuiltinFunctionType)):
            place = self._places[id(found)] = len(self.same)
            self.same.append(found)
        return place


class _Reader(pickle.Unpickler):
    def __init__(self, whole: io.BytesIO, same: Sequence[object]) -> None:
        super().__init__(whole)
        self._same = same

    def persistent_load(self, place: int) -> object:
        return self._same[place]
