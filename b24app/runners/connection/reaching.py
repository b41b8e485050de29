"""The first step of a test where the administrator typed the address: is anybody there, and may we call them?"""

from __future__ import annotations

from urllib.parse import urlsplit

from b24app.logistics.ports import TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.services import Services
from b24app.store.models import Connection
from b24app.systems import typed
from b24app.wire.errors import NotSent, Why, WireError
from b24app.wire.http import Call, Limits, RemoteKey

#: Name of the step.
ADDRESS = "address"
LIMITS = Limits(connect_s=3.0, read_s=5.0, total_s=8.0, max_bytes=64 * 1024)
_PROBLEMS = {Why.DNS: "host_unknown", Why.GUARD: "host_private", Why.TLS: "host_certificate"}
#: Why we did not even try: the system's own steps will say.
_NOT_TRIED = frozenset({Why.CIRCUIT, Why.BUDGET, Why.BUSY, Why.DEADLINE})


def reach(services: Services, connection: Connection) -> TestStep | None:
    """A HEAD of each typed address: whatever is answered is an answer. None for systems whose address nobody types."""
    manifest = services.plugins[connection.system].manifest
    if not typed.names(manifest):
        return None
    urls = {typed.BASE: services.system_url(connection), **services.typed(connection)}
    for url in dict.fromkeys(url for url in urls.values() if url):
        if problem := _wrong_at(services, connection, url):
            return TestStep(ADDRESS, False, problem, str(problem.params["why"]))
    return TestStep(ADDRESS, True)


def _wrong_at(services: Services, connection: Connection, url: str) -> Problem | None:
    remote = RemoteKey(connection.system, str(connection.id))
    try:
        services.wire_of(connection).send(Call(remote, "HEAD", url, "address.probe", LIMITS))
    except WireError as error:
        if error.why in _NOT_TRIED:
            return None
        code = _PROBLEMS.get(error.why, "host_silent") if isinstance(error, NotSent) else "host_silent"
        params = {"host": urlsplit(url).netloc, "why": error.detail or error.why.value}
        return Problem(code, Field.ACCOUNT, Who.ADMIN, params=params)
    return None
