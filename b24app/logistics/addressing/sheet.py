"""The text under the pencil: what is still unread, and the pieces already cut out of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from b24app.logistics.addressing.parts import Part, Piece, Reading

#: Stands in `left` for every sign that a piece has taken: nothing matches across it.
TAKEN = "\x01"
#: What stands between words and says nothing.
BLANK = " .,:;!?-–—_'\"«»“”„()[]{}/\\|№#*+=<>~\n\t"
#: Ends of what belongs together; a sentence's full stop is one too, the dot of an abbreviation is not.
SEGMENT = re.compile(rf"[^,;\n|(){TAKEN}]+")
_SENTENCE = re.compile(
    r"(?<!просп)(?<!помещ)(?<!кварт)(?<!бульв)(?<!набер)(?<=[^\W\d_]{5})[.!?]\s+(?=[^\W\d_])|(?<=\d)\.\s+(?=[А-ЯЁA-Z])"
)

Say = Callable[[re.Match[str]], str]


def plain(text: str) -> str:
    """Composed letters, ordinary blanks, no control signs: everything is found at the place where a person sees it."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(" " if sign.isspace() and sign != "\n" else sign for sign in composed if _is_visible(sign))


def _is_visible(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) not in ("Cc", "Cf", "Cs")


class Sheet:
    """`left` is the text with everything taken blotted out, of the same length."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.left = text
        self._pieces: list[Piece] = []

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return tuple(self._pieces)

    def has(self, part: Part) -> bool:
        return any(piece.part is part for piece in self._pieces)

    @property
    def untouched(self) -> bool:
        return not self._pieces

    def value(self, part: Part) -> str:
        return Reading(tuple(self._pieces)).value(part)

    def take(self, start: int, end: int, part: Part, value: str | None = None) -> None:
        """One more piece; outer blanks stay. `value` None = the text itself."""
        while start < end and self.left[start] in BLANK:
            start += 1
        while end > start and self.left[end - 1] in BLANK and self.left[end - 1] not in '.)"»*#':
            end -= 1
        if start == end:
            return
        text = self.text[start:end]
        self._pieces.append(Piece(start, text, part, tidy(text) if value is None else value))
        self.left = self.left[:start] + TAKEN * (end - start) + self.left[end:]

    def take_all(self, pattern: re.Pattern[str], part: Part, say: Say | None = None) -> None:
        """Every match, left to right."""
        for found in list(pattern.finditer(self.left)):
            self.take(found.start(), found.end(), part, say(found) if say else None)

    def take_first(self, pattern: re.Pattern[str], part: Part, say: Say) -> None:
        """The first match, if this part is still empty; others stay for somebody to decide about."""
        found = None if self.has(part) else pattern.search(self.left)
        if found:
            self.take(found.start(), found.end(), part, say(found))

    def segments(self) -> list[tuple[int, int]]:
        """What is left, as `(start, end)` of stretches between separators, without outer blanks."""
        return list(self._segments())

    def _segments(self) -> Iterator[tuple[int, int]]:
        for found in SEGMENT.finditer(self.left):
            start = found.start()
            for stop in [*(mark.start() for mark in _SENTENCE.finditer(self.left, *found.span())), found.end()]:
                inner = self.left[start:stop]
                first = start + len(inner) - len(inner.lstrip(BLANK))
                last = start + len(inner.rstrip(BLANK))
                if self.left[last : last + 1] == ".":
                    last += 1
                if first < last:
                    yield first, last
                start = stop

    def in_brackets(self, at: int) -> bool:
        return self.text.rfind("(", 0, at) > self.text.rfind(")", 0, at)

    def finished(self) -> Reading:
        return Reading(tuple(sorted(self._pieces, key=lambda piece: piece.start)))


def tidy(text: str) -> str:
    """As written, with single blanks and no outer punctuation."""
    return " ".join(text.split()).strip(" ,;:-–—.!?()")
