"""A letter as HTML, in the portal's looks: made of plain text only, so that nothing of a template or of a client's name
can become markup. Pure.

Tables and styles in place: mail programs know little else. Nothing is loaded but the portal's own logo."""

from __future__ import annotations

import re
from collections.abc import Mapping

from markupsafe import Markup, escape

from b24app.flows.brand import Brand

_FOOT: Mapping[str, str] = {
    "ru": "Вы получили это письмо, потому что заказали доставку в «{shop}».",
    "en": "You received this letter because {shop} delivers your order.",
}
_STOP: Mapping[str, str] = {"ru": "Больше не писать мне о доставке", "en": "Stop writing to me about deliveries"}
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]»]")
_FACE = Markup("font-family:-apple-system,'Segoe UI',Roboto,Arial,sans-serif")
_PARAGRAPH = Markup('<p style="margin:0 0 16px;{face};font-size:16px;line-height:24px;color:#1f2328">{text}</p>')
_ANCHOR = Markup('<a href="{href}" style="color:#0057c2">{text}</a>')
_LOGO = Markup('<img src="{src}" alt="" height="36" style="display:block;height:36px;width:auto;border:0">')
_PAGE = Markup(
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f2f4f7">'
    '<tr><td align="center" style="padding:16px">'
    '<table role="presentation" width="600" cellpadding="0" cellspacing="0" style="width:100%;max-width:600px;'
    'background:#ffffff;border-radius:12px">'
    '<tr><td style="padding:16px 24px;background:{colour};border-radius:12px 12px 0 0">'
    '<table role="presentation" cellpadding="0" cellspacing="0"><tr>{logo}'
    '<td style="{face};font-size:18px;line-height:24px;font-weight:600;color:{ink}">{name}</td></tr></table></td></tr>'
    '<tr><td style="padding:24px 24px 8px">{text}</td></tr>'
    '<tr><td style="padding:0 24px 24px;{face};font-size:13px;line-height:20px;color:#59636e">{foot}</td></tr>'
    "</table></td></tr></table>"
)
_LOGO_CELL = Markup(
    '<td style="padding:0 12px 0 0"><div style="background:#ffffff;border-radius:8px;padding:4px">{logo}</div></td>'
)


def letter(text: str, brand: Brand, lang: str, *, stop_link: str = "", logo: str = "") -> str:
    """`text` as it was composed: an empty line between paragraphs. `logo` is an address of a picture. The stop link
    is at the foot unless the text itself has it."""
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    body = Markup().join(_PARAGRAPH.format(face=_FACE, text=_lines(part)) for part in paragraphs)
    return str(
        _PAGE.format(
            colour=brand.colour,
            ink=brand.ink,
            face=_FACE,
            logo=_LOGO_CELL.format(logo=_LOGO.format(src=logo)) if logo else Markup(),
            name=brand.name,
            text=body,
            foot=_foot(brand, lang, "" if stop_link in text else stop_link),
        )
    )


def _foot(brand: Brand, lang: str, stop_link: str) -> Markup:
    said = escape(_FOOT.get(lang, _FOOT["en"]).format(shop=brand.name))
    if not stop_link:
        return said
    link = Markup('<a href="{href}" style="color:#59636e">{text}</a>')
    return said + Markup("<br>") + link.format(href=stop_link, text=_STOP.get(lang, _STOP["en"]))


def _lines(paragraph: str) -> Markup:
    return Markup("<br>").join(_linked(line) for line in paragraph.split("\n"))


def _linked(line: str) -> Markup:
    """Addresses can be pressed; everything else is text."""
    parts: list[Markup] = []
    at = 0
    for match in _LINK.finditer(line):
        parts.append(escape(line[at : match.start()]))
        parts.append(_ANCHOR.format(href=match.group(0), text=match.group(0)))
        at = match.end()
    parts.append(escape(line[at:]))
    return Markup().join(parts)
