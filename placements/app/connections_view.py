"""The accounts as their page draws them: cards, the form of the one that is open, its test step by step. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from b24app import words
from b24app.frames.formats import Formats
from b24app.logistics.ports import TestStep
from b24app.store.models import Connection, Origin
from b24app.systems import authorities, typed
from b24app.systems.plugin import Manifest, SettingField
from placements.app.connections_lists import LISTED, Lists
from placements.app.connections_lists import view as list_views
from placements.app.desk import GATEWAY

#: Steps that the program adds to a system's own (`runners/connection/reaching.py`, `listing.py`, `hooking.py`).
FIRST_STEP, CHOICES_STEP, OUR_STEPS = "address", "choices", ("callback", "subscribed")
#: Problems that say: an administrator types our address into their system.
_BY_HAND = frozenset({"callback_by_hand", "sms_callback_by_hand"})
_STATES = {
    "ready": ("green", "check-circle"),
    "untested": ("grey", "question"),
    "paused": ("grey", "pause"),
    "broken": ("red", "alert"),
}


@dataclass(frozen=True, slots=True)
class AuthorityView:
    """A certificate of the administrator's own. `over`: it is valid no more."""

    subject: str
    until: str
    over: bool
    fingerprint: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """`kept` says since when and by whom a stored secret is there; it is never shown."""

    name: str
    title: str
    kind: str
    required: bool
    help: str
    value: str
    kept: str
    choices: tuple[tuple[str, str], ...]
    aside: bool = False
    authorities: tuple[AuthorityView, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountForm:
    """`id` 0 = a new connection. `modes` that the system has, `notice`: what to know before choosing it. `errors`:
    field -> key of the `form.*` words. `origins` as (id, title), empty while there is nothing to choose."""

    id: int
    system: str
    system_title: str
    title: str
    mode: str
    modes: tuple[str, ...]
    notice: str
    fields: tuple[FieldView, ...]
    origins: tuple[tuple[str, str], ...]
    origin: str
    state: str
    paused: str
    errors: Mapping[str, str]
    saved: bool = False
    #: Our address to be typed into their form; "" = they are told by a call, or it is not known yet.
    hook: str = ""
    #: It sends messages: nothing of it is about parcels.
    gateway: bool = False
    #: What the words of an error name, by field.
    details: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def aside_open(self) -> bool:
        """Whether a folded field holds something or is wrong."""
        return any(each.aside and (each.value or each.name in self.errors) for each in self.fields)


@dataclass(frozen=True, slots=True)
class StepView:
    """`state`: ok, bad, warn, unknown, running, waiting. `quote` is the system's own words."""

    title: str
    state: str
    said: str
    quote: str
    code: str
    took: str


@dataclass(frozen=True, slots=True)
class TestView:
    """`polls` = it works, but nobody reports to us: we ask. `state` is the account's."""

    __test__ = False

    account: int
    state: str
    carrier: str
    running: bool
    at: str
    spoken: str
    polls: bool
    steps: tuple[StepView, ...]

    @property
    def version(self) -> str:
        # The state too: a page that was drawn while the test ended has its last step, and the state of before.
        return hashlib.sha256(repr((self.state, self.running, self.steps)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Card:
    id: int
    title: str
    logo: str
    tone: str
    icon: str
    state: str
    current: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """What the page is drawn from. `running`: accounts whose test is asked for, `listing`: whose lists are; `origins`
    of the portal."""

    rows: Sequence[Connection]
    settings: Mapping[str, Any]
    running: frozenset[int]
    origins: Sequence[Origin]
    manifests: Mapping[str, Manifest]
    formats: Formats
    listing: frozenset[int] = frozenset()
    #: Where systems report to, as `Services.callback_url` begins.
    hooks: str = ""

    @property
    def offered(self) -> tuple[Manifest, ...]:
        """Systems that can be connected: those that take orders, then those that send messages."""
        return tuple(each for port in ("Orders", GATEWAY) for each in self.manifests.values() if port in each.ports)

    def report(self, row: Connection) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.settings.get("tests", {}).get(str(row.id), {})
        return found

    def title(self, manifest: Manifest) -> str:
        return manifest.title.get(self.formats.lang) or manifest.code


def cards(scene: Scene, current: int) -> tuple[Card, ...]:
    return tuple(_card(scene, row, row.id == current) for row in scene.rows if row.system in scene.manifests)


def _card(scene: Scene, row: Connection, current: bool) -> Card:
    t = scene.formats.words
    tone, icon = _STATES[row.state]
    state = t(f"account.state.{row.state}")
    steps = [TestStep.from_json(each) for each in scene.report(row).get("steps", ())]
    open_ones = [step for step in steps if not step.ok and step.checked]
    if row.id in scene.running:
        tone, icon, state = "blue", "hourglass", t("conn.testing")
    elif row.state == "ready" and open_ones:
        good = sum(step.ok for step in steps)
        tone, icon, state = "amber", "alert", t("conn.questions", good=good, of=len(steps), n=len(open_ones))
    logo = _logo(scene.title(scene.manifests[row.system]))
    return Card(row.id, row.title, logo, tone, icon, state, current)


def _logo(title: str) -> str:
    """`СДЭК` as it is, `Почта России` by its letters."""
    return title if len(title) <= 4 else "".join(word[0] for word in title.split()[:3]).upper()


def account_form(
    scene: Scene,
    manifest: Manifest,
    row: Connection | None,
    errors: Mapping[str, str] | None = None,
    sent: Mapping[str, str] | None = None,
    saved: bool = False,
    details: Mapping[str, Mapping[str, Any]] | None = None,
) -> AccountForm:
    """`sent` is what the person sent when something was wrong with it."""
    shown: Mapping[str, Any] = sent if sent is not None else (row.settings if row else {})
    title, gateway = scene.title(manifest), GATEWAY in manifest.ports
    places = tuple((str(each.id), each.title) for each in scene.origins)
    own = str(row.origin_id or "") if row else ""
    return AccountForm(
        id=row.id if row else 0,
        system=manifest.code,
        system_title=title,
        title=(sent or {}).get("title") or (row.title if row else title),
        mode=(sent or {}).get("mode") or (row.mode if row else "live"),
        modes=tuple(mode for mode in ("test", "live") if mode in manifest.base_urls),
        notice=manifest.notice.get(scene.formats.lang, ""),
        fields=tuple(_field(scene, each, shown, row) for each in manifest.settings_form if each.kind not in LISTED),
        origins=places if len(places) > 1 and not gateway else (),
        origin=(sent or {}).get("origin_id", own),
        state=row.state if row else "",
        paused=_paused(row, scene.formats) if row and row.state == "paused" else "",
        errors=errors or {},
        saved=saved,
        hook=_hook(scene, row) if row else "",
        gateway=gateway,
        details={name: _said_in(named, scene.formats) for name, named in (details or {}).items()},
    )


def _hook(scene: Scene, row: Connection) -> str:
    """Once the test has found that nobody but a person can tell them; a gateway's from the beginning: no gateway is
    told by a call so far, and the test's first end would find the form drawn already."""
    steps = [TestStep.from_json(each) for each in scene.report(row).get("steps", ())]
    by_hand = any(step.problem is not None and step.problem.code in _BY_HAND for step in steps)
    ports = scene.manifests[row.system].ports if row.system in scene.manifests else ()
    shown = by_hand or {GATEWAY, "Callbacks"} <= set(ports)
    return f"{scene.hooks}/hooks/carrier/{row.public_id}/{row.hook_secret}" if shown else ""


def _paused(row: Connection, formats: Formats) -> str:
    since = formats.moment(row.paused_at) if row.paused_at else ""
    return formats.words("conn.paused", name=row.paused_by, since=since, reason=row.pause_reason)


def _field(scene: Scene, setting: SettingField, shown: Mapping[str, Any], row: Connection | None) -> FieldView:
    lang, secret = scene.formats.lang, setting.kind == "secret"
    stored = secret and row is not None and bool(row.settings.get(setting.name))
    return FieldView(
        name=setting.name,
        title=setting.title.get(lang) or setting.name,
        kind=setting.kind,
        required=setting.required,
        help=setting.help.get(lang, ""),
        value="" if secret else str(shown.get(setting.name, setting.default) or ""),
        kept=_kept(scene, setting, row) if stored and row is not None else "",
        choices=tuple((value, label.get(lang) or value) for value, label in setting.choices),
        aside=setting.aside,
        authorities=_authorities(scene, setting, str(shown.get(setting.name) or "")),
    )


def _said_in(named: Mapping[str, Any], formats: Formats) -> dict[str, str]:
    return {key: formats.day(value) if isinstance(value, datetime) else str(value) for key, value in named.items()}


def _authorities(scene: Scene, setting: SettingField, text: str) -> tuple[AuthorityView, ...]:
    """Of a text as it is stored; nothing of one that is being mended."""
    if setting.kind != authorities.KIND:
        return ()
    try:
        found = authorities.read(text)
    except authorities.PemError:
        return ()
    f = scene.formats
    return tuple(AuthorityView(one.subject, f.day(one.until), one.until <= f.now, one.fingerprint) for one in found)


def lists_view(
    scene: Scene, manifest: Manifest, row: Connection | None, sent: Mapping[str, str] | None = None
) -> Lists:
    known = scene.settings.get("lists", {}).get(str(row.id), {}) if row else {}
    loading = row is not None and row.id in scene.listing
    return list_views(manifest, row, known, loading, scene.formats, sent)


def _kept(scene: Scene, setting: SettingField, row: Connection) -> str:
    noted = scene.settings.get("secrets", {}).get(str(row.id), {}).get(setting.name)
    t, formats = scene.formats.words, scene.formats
    if noted is None:
        return t("conn.kept")
    return t("conn.kept_by", day=formats.moment(datetime.fromisoformat(noted["at"])), name=noted["by"])


def test_view(scene: Scene, manifest: Manifest, row: Connection | None) -> TestView:
    """Steps that are done as they ended; those that are not, as they wait."""
    t, report = scene.formats.words, scene.report(row) if row else {}
    running = row is not None and row.id in scene.running
    fresh = running and not report.get("running")  # asked for, not begun: the old report is over
    done = [] if fresh else [TestStep.from_json(each) for each in report.get("steps", ())]
    first = (FIRST_STEP,) if typed.names(manifest) else ()
    choices = (CHOICES_STEP,) if any(each.kind in LISTED and each.required for each in manifest.settings_form) else ()
    planned = [*first, *manifest.test_steps, *choices, *(OUR_STEPS if "Callbacks" in manifest.ports else ())]
    carrier = scene.title(manifest)
    steps = [_done(step, carrier, scene.formats) for step in done]
    left = planned[len(done) :] if len(done) < len(planned) else []
    failed = any(not step.ok and not step.soft for step in done)
    steps += [_left(name, index == 0 and running, failed, carrier, scene.formats) for index, name in enumerate(left)]
    polls = any(not step.ok and step.name in OUR_STEPS for step in done) and not failed
    polls = polls and GATEWAY not in manifest.ports
    at = t("conn.tested", at=scene.formats.moment(datetime.fromisoformat(report["at"]))) if report else ""
    spoken = steps[len(done) - 1].title if running and done else _verdict(scene, done, failed)
    return TestView(
        row.id if row else 0,
        row.state if row else "",
        carrier,
        running,
        t("conn.testing") if running else at,
        spoken,
        polls and not running,
        tuple(steps),
    )


def _verdict(scene: Scene, done: Sequence[TestStep], failed: bool) -> str:
    if not done:
        return ""
    return scene.formats.words("conn.verdict_bad" if failed else "conn.verdict_good")


def _done(step: TestStep, carrier: str, formats: Formats) -> StepView:
    t = formats.words
    if step.ok:
        return StepView(_title(step.name, True, carrier, formats), "ok", _said(step, formats), "", "", _took(step, t))
    state = "unknown" if not step.checked else "warn" if step.soft else "bad"
    title = _title(step.name, not step.checked, carrier, formats)
    problem = step.problem
    if problem is None:
        return StepView(title, state, "", step.said, "", _took(step, t))
    ours = words.say(f"problem.{problem.code}", formats.lang, **problem.params)
    return StepView(title, state, ours, problem.their_text, problem.their_code, _took(step, t))


def _said(step: TestStep, formats: Formats) -> str:
    """What a good step found out."""
    facts, key = step.facts, f"conn.said.{step.name}"
    if not facts or not formats.words.has(key):
        return step.said
    price = formats.money(int(facts["minor"]), facts["currency"]) if "minor" in facts else "—"
    return formats.words(key, n=int(facts.get("n", 0)), price=price)


def _title(name: str, good: bool, carrier: str, formats: Formats) -> str:
    """By its outcome; a system's own step that we have no words for goes by its name."""
    for key in (f"conn.step.{name}.{'good' if good else 'bad'}", f"conn.step.{name}.good"):
        if formats.words.has(key):
            return formats.words(key, carrier=carrier)
    return words.say(f"test.{name}", formats.lang) if words.has(f"test.{name}", formats.lang) else name


def _took(step: TestStep, t: Any) -> str:
    if step.ms < 100:
        return str(t("conn.at_once"))
    seconds = f"{step.ms / 1000:.1f}"
    return str(t("conn.seconds", n=seconds.replace(".", ",") if t.lang == "ru" else seconds))


def _left(name: str, now: bool, failed: bool, carrier: str, formats: Formats) -> StepView:
    said = formats.words("conn.after_fix") if failed else ""
    took = formats.words("conn.now" if now else "conn.waits")
    return StepView(_title(name, True, carrier, formats), "running" if now else "waiting", said, "", "", took)
