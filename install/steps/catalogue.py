"""The list of steps and what they stand on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from b24app.bitrix24.encoding import Command
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.transport import PortalClient

T = TypeVar("T")
#: Key of a read behind the writes of a batch.
_BEHIND = "behind"


@dataclass(frozen=True, slots=True)
class Read:
    """A read that a step begins with: all of them leave in one request."""

    method: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        return self.method, repr(dict(self.params))


class Save(Protocol):
    """Runs an act in one short transaction of this portal that fails when the lane was lost; returns what it found."""

    def __call__(self, act: Callable[[Session], T], /) -> T: ...


@dataclass(frozen=True, slots=True)
class Ground:
    """What a step works with: the portal's REST API under an administrator's key, and a fenced way to save.

    `granted` are the portal's scopes. `ahead` holds answers that were read for all steps at once, `done` the writes so
    far, `skipped` the portal's words where a step went without what it refused.
    """

    client: PortalClient
    portal_id: int
    lang: str
    public_url: str
    hooks_url: str
    save: Save
    now: Callable[[], datetime]
    granted: Collection[str] = ()
    store_url: str = ""
    ahead: dict[tuple[str, str], Any] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def ask(self, method: str, params: Mapping[str, Any] | None = None) -> Any:
        """The result of one read, taken from what was read ahead the first time. Raises what PortalClient.call
        raises."""
        kept = Read(method, params or {}).key
        return self.ahead.pop(kept) if kept in self.ahead else self.client.call(method, params, safe=True).result

    def get(self, read: Read) -> Any:
        """As `ask`."""
        return self.ask(read.method, read.params)

    def get_all(self, reads: Sequence[Read]) -> list[Any]:
        """The results of several reads, those that were not read ahead in one request. Raises RestError for the first
        that was refused, else what PortalClient.batch raises."""
        found = {read.key: self.ahead.pop(read.key) for read in reads if read.key in self.ahead}
        left = {f"a{at}": read for at, read in enumerate(reads) if read.key not in found}
        if left:
            answer = self.client.read_all([Command(key, read.method, read.params) for key, read in left.items()])
            found |= {read.key: answer.get(key) for key, read in left.items()}
        return [found[read.key] for read in reads]

    def read_ahead(self, reads: Sequence[Read]) -> None:
        """All first reads in one request. What is refused is asked again by its own step, which then knows why. Raises
        as PortalClient.batch."""
        wanted = {f"r{at}": read for at, read in enumerate(reads)}
        if len(wanted) > 1:
            commands = [Command(key, read.method, read.params) for key, read in wanted.items()]
            answer = self.client.read_all(commands)
            self.ahead.update({wanted[key].key: result for key, result in answer.results.items()})

    def do_then(self, commands: Sequence[Command], read: Read) -> Any:
        """As `do`, and the result of a read in the same batch, behind the writes; without any the read alone."""
        if not commands:
            return self.get(read)
        answer = self.client.batch([*commands, Command(_BEHIND, read.method, read.params)])
        self._count(commands, answer)
        return answer.get(_BEHIND)

    def do(self, commands: Sequence[Command]) -> BatchAnswer:
        """Writes in one batch; what the portal says is there already counts as done. Raises the first other refusal."""
        answer = self.client.batch(commands)
        self._count(commands, answer)
        return answer

    def _count(self, commands: Sequence[Command], answer: BatchAnswer) -> None:
        for error in answer.errors.values():
            if error.kind != "already":
                raise error
        self.done.extend(command.method for command in commands if command.key not in answer.errors)


@dataclass(frozen=True, slots=True)
class Step:
    """`name` is a key of the `install.step.*` words and of the stored row; `reads` are the reads it begins with.

    `once`: what it puts in place belongs to the portal afterwards, and an update leaves it alone.
    """

    name: str
    run: Callable[[Ground], None]
    reads: Callable[[Ground], Sequence[Read]] = lambda _: ()
    once: bool = False
