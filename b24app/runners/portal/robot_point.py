"""The robot «Choose pickup point»: the one of a code, or the nearest to the client that takes the parcel, goes into the
deal."""

from __future__ import annotations

from b24app.bitrix24.fields import names_of
from b24app.flows.pickup_points import DealNeeds
from b24app.flows.snapshot import Role
from b24app.logistics.model import DeliveryKind
from b24app.logistics.points import Hours, Needs
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners import tell
from b24app.runners.portal.robot_scene import RefusedError, Robot, Scene, Values
from b24app.store import jobs, outbox, points_found, portals, trials
from b24app.store.lanes import portal_lane
from b24app.store.models import JobState
from b24app.store.points_found import Found
from b24app.store.points_map import Memory, Sieve

PORT = "PickupPoints"
_MEMORY = Memory()


def begin(scene: Scene) -> None:
    """What the parcel needs, and where its client is, is read in the portal's lane."""
    names = names_of(portals.field_map(scene.session, scene.portal.id), scene.portal.settings)
    if names.api(Role.POINT) is None:
        raise RefusedError(Problem("robot_no_point_field", Field.POINT, Who.ADMIN))
    lane = portal_lane(scene.session, scene.portal.id)
    job = jobs.start(
        scene.session, scene.portal.id, lane, trials.NEEDS_KIND, {"deal_id": scene.deal_id}, asked_by=None,
        now=scene.now, trace_id=scene.trace_id, people=False,
    )  # fmt: skip
    scene.memory["job"] = job.id
    scene.wake.add(lane)


def look(scene: Scene) -> Values | None:
    job = jobs.get(scene.session, scene.portal.id, int(scene.memory["job"]))
    if job is None or job.state == JobState.FAILED:
        raise RefusedError(Problem("robot_deal_unread", Field.NONE, Who.ADMIN))
    if job.state != JobState.DONE:
        return None
    found = _find(scene, DealNeeds.from_json(job.result))
    _write(scene, found.point.code)
    point = found.point
    address = point.address if point.city in point.address else ", ".join(filter(None, (point.city, point.address)))
    return {"code": point.code, "name": point.name, "address": address, "hours": hours_text(point.hours)}


def _find(scene: Scene, deal: DealNeeds) -> Found:
    accounts = [row for row in scene.accounts() if PORT in scene.services.plugins[row.system].manifest.ports]
    known = _MEMORY.known(scene.session, {(row.system, row.mode) for row in accounts})
    carrier = next((row.system for row in accounts if row.id == deal.connection_id), "")
    sieve = _MEMORY.sieve(known, Needs(boxes=deal.boxes, cod=deal.cod), (carrier,) if carrier else ())
    if not any(source.refreshed_at for source in known.sources):
        raise RefusedError(Problem("robot_no_lists", Field.POINT, Who.ADMIN))
    code = scene.given("code")
    if code:
        return _named(scene, sieve, code, carrier)
    centre = (deal.lat, deal.lon) if deal.lat is not None and deal.lon is not None else None
    if centre is None and deal.address:
        centre = points_found.look_up(scene.session, known, deal.address).centre
    if centre is None:
        raise RefusedError(Problem("robot_no_place", Field.ADDRESS))
    near = points_found.nearest(scene.session, sieve, centre, 1)
    if not near:
        raise RefusedError(Problem("robot_no_points", Field.POINT))
    return near[0]


def _named(scene: Scene, sieve: Sieve, code: str, carrier: str) -> Found:
    every = points_found.by_code(scene.session, sieve, code)
    mine = [each for each in every if not carrier or each.system == carrier]
    if not mine or all(each.gone for each in mine):
        raise RefusedError(Problem("robot_point_unknown", Field.POINT, params={"code": code[:64]}))
    fits = [each for each in mine if not each.against]
    if not fits:
        raise RefusedError(Problem("robot_point_unfit", Field.POINT, params={"code": code[:64]}))
    return fits[0]


def _write(scene: Scene, code: str) -> None:
    """The field that holds the code, and the kind of delivery, where the portal has a value for that."""
    kinds = scene.portal.settings.get("delivery_types", {})
    value = next((value for value, kind in kinds.items() if kind == DeliveryKind.PICKUP), None)
    fields = {Role.POINT.value: code, **({Role.TYPE.value: value} if value is not None else {})}
    thing = tell.update(scene.deal_id, f"point:{scene.portal.id}:{scene.key[:40]}", fields)
    scene.wake.add(outbox.add(scene.session, scene.portal.id, [thing], now=scene.now, trace_id=scene.trace_id))


def hours_text(hours: Hours) -> str:
    """As the system writes them, else the same hours of all its days; "" when it says neither."""
    times = {(each.opens, each.closes) for each in hours.week}
    if hours.text or len(times) != 1:
        return hours.text
    [(opens, closes)] = times
    return f"{opens // 60:02d}:{opens % 60:02d}–{closes // 60:02d}:{closes % 60:02d}"


RESULTS = ("code", "name", "address", "hours")
ROBOT = Robot(begin, look, RESULTS, "robot.log_point")
