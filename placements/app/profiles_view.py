"""The editor of a connection's profile, as its page draws it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from b24app.store.models import Connection
from b24app.systems.plugin import Manifest, SettingField
from b24app.systems.profiles import KIND, Profiled, ProfileFault, ProfileTrial, ProfileTried


@dataclass(frozen=True, slots=True)
class FaultView:
    """`line` 0 = of a sample's faults nobody can jump to the line; `place` "" = the whole."""

    line: int
    place: str
    text: str
    where: str


@dataclass(frozen=True, slots=True)
class TriedView:
    """What came of a trial; everything is empty before the first one."""

    begun: bool = False
    request: str = ""
    result: str = ""
    faults: tuple[FaultView, ...] = ()


@dataclass(frozen=True, slots=True)
class EditorView:
    """`own` = the connection has a document of its own, `saved`: it was just stored, `restored`: just dropped. `trials`
    are (code, title); `trial` the one whose samples are shown."""

    account: int
    account_title: str
    name: str
    title: str
    help: str
    text: str
    own: bool
    faults: tuple[FaultView, ...]
    trials: tuple[tuple[str, str], ...]
    trial: ProfileTrial | None
    said: str = ""
    tried: TriedView = field(default_factory=TriedView)

    @property
    def url(self) -> str:
        return f"/app/account/{self.account}/profile/{self.name}"


def profile_field(manifest: Manifest, name: str) -> SettingField | None:
    """The setting of kind `profile` with this name."""
    return next((each for each in manifest.settings_form if each.kind == KIND and each.name == name), None)


def editor_view(
    plugin: Profiled, row: Connection, setting: SettingField, lang: str, text: str | None = None, said: str = ""
) -> EditorView:
    """`text`: what was sent and is wrong; None = what is stored, or the default."""
    stored = str(row.settings.get(setting.name) or "")
    shown = text if text is not None else stored or plugin.profile_default(setting.name)
    trials = plugin.profile_trials(setting.name)
    return EditorView(
        account=row.id,
        account_title=row.title,
        name=setting.name,
        title=setting.title.get(lang) or setting.name,
        help=setting.help.get(lang, ""),
        text=shown,
        own=bool(stored),
        faults=fault_views(plugin.profile_faults(setting.name, shown), lang),
        trials=tuple((each.code, each.title.get(lang) or each.code) for each in trials),
        trial=trials[0] if trials else None,
        said=said,
    )


def fault_views(faults: Sequence[ProfileFault], lang: str) -> tuple[FaultView, ...]:
    return tuple(FaultView(each.line, each.place, each.words.get(lang) or "", each.where) for each in faults)


def tried_view(tried: ProfileTried, lang: str) -> TriedView:
    return TriedView(True, tried.request, tried.result, fault_views(tried.faults, lang))
