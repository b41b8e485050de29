"""Days on which nothing arrives, and counting without them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from b24app.logistics.days_off import between, is_off


@dataclass(frozen=True, slots=True)
class Rest:
    """Days of the `week` (ISO, 6 = Saturday), and public holidays of a `country` (ISO 3166-1, "" = of none)."""

    week: tuple[int, ...] = ()
    country: str = ""

    def __contains__(self, day: date) -> bool:
        return day.isoweekday() in self.week or (self.country != "" and is_off(self.country, day))

    def holidays(self, begun: date, until: date) -> int:
        """Holidays after `begun` up to and with `until` that are not left out as a day of the week already."""
        if not self.country:
            return 0
        return sum(day.isoweekday() not in self.week for day in between(self.country, begun, until))

    def working(self, begun: date, until: date) -> int:
        """Days after `begun` up to and with `until`, those of rest left out; -1 = it is before."""
        if until < begun:
            return -1
        weeks, rest = divmod((until - begun).days, 7)
        last = sum((begun + timedelta(days=n)).isoweekday() not in self.week for n in range(1, rest + 1))
        return weeks * (7 - len(self.week)) + last - self.holidays(begun, until)

    def working_day(self, begun: date, count: int) -> date:
        """The day up to which `working` counts so many; `begun` for none."""
        day = begun
        while count > 0:
            day += timedelta(days=1)
            count -= day not in self
        return day
