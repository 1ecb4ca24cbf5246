"""A writer of small PDFs with a text layer, and a typesetter that fills their pages as courts do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 612, 792
LEFT, RIGHT = 72, 540
ADVANCE = 0.6
"""Courier: every character is as wide, in parts of its size."""


@dataclass(frozen=True)
class Placed:
    """Words set at one place, their base line's left end."""

    text: str
    x: float
    y: float
    size: float = 12

    @property
    def end(self) -> float:
        return self.x + width(self.text, self.size)


def width(text: str, size: float = 12) -> float:
    return len(text) * ADVANCE * size


def centred(text: str, y: float, size: float = 12) -> Placed:
    return Placed(text, (WIDTH - width(text, size)) / 2, y, size)


def make_pdf(
    pages: Sequence[Iterable[Placed]],
    *,
    trailer: str = "",
    spaces: bool = True,
    matrix: str = "1 0 0 1 0 0",
    box: str = f"[0 0 {WIDTH} {HEIGHT}]",
    also: bytes = b"",
) -> bytes:
    """Return a PDF of ``pages``; without ``spaces`` each word is placed by itself, as TeX does.

    ``matrix`` turns and moves what is on them, ``box`` is the paper, ``also`` is drawn on each.
    """
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for at, page in enumerate(pages):
        shown = [_shown(one, spaces=spaces) for one in page]
        stream = b"\n".join([f"{matrix} cm".encode(), *shown, also])
        paper = f"/MediaBox {box} /Resources << /Font << /F 3 0 R >> >>"
        objects += [
            f"<< /Type /Page /Parent 2 0 R {paper} /Contents {5 + 2 * at} 0 R >>".encode(),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        ]
    return _file(objects, trailer)


def _shown(placed: Placed, *, spaces: bool) -> bytes:
    pieces = [(placed.text, placed.x)] if spaces else []
    x = placed.x
    for word in () if spaces else placed.text.split(" "):
        pieces.append((word, x))
        x += width(f"{word} ", placed.size)
    return b"\n".join(_string(text, at, placed) for text, at in pieces)


def _string(text: str, x: float, placed: Placed) -> bytes:
    shown = text.encode("cp1252")
    for special in (b"\\", b"(", b")"):
        shown = shown.replace(special, b"\\" + special)
    return b"BT /F %g Tf %.2f %.2f Td (%s) Tj ET" % (placed.size, x, placed.y, shown)


def _file(objects: Sequence[bytes], trailer: str) -> bytes:
    data = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(data)
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    ends = (
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF"
    )
    return data + head + ends.encode()


@dataclass
class Typesetter:
    """Fills pages with paragraphs; what else stands on a page is added by ``furnish``."""

    leading: float = 24
    size: float = 12
    left: float = LEFT
    right: float = RIGHT
    top: float = 700
    bottom: float = 90
    breaks: bool = False
    """Whether long words are broken at line ends."""
    pages: list[list[Placed]] = field(default_factory=lambda: [[]])
    y: float = 0

    def __post_init__(self) -> None:
        self.y = self.top

    def paragraph(self, text: str, *, indent: float = 36) -> None:
        line, start = "", indent
        for word in text.split():
            for piece in self._fitted(line, word, start):
                if piece is None:
                    self.line(line, start)
                    line, start = "", 0
                else:
                    line = f"{line} {piece}".strip()
        if line:
            self.line(line, start)

    def _fitted(self, line: str, word: str, start: float) -> list[str | None]:
        """Return ``word`` in the pieces it is set in; `None` where the line ends before one."""
        room = int((self.right - self.left - start) / (ADVANCE * self.size))
        if len(f"{line} {word}".strip()) <= room or not line:
            return [word]
        half = len(word) // 2
        if self.breaks and len(word) > 7 and word.isalpha() and len(line) + half + 2 <= room:
            return [f"{word[:half]}-", None, word[half:]]
        return [None, word]

    def line(self, text: str, indent: float = 0) -> Placed:
        if self.y < self.bottom:
            self.pages.append([])
            self.y = self.top
        placed = Placed(text, self.left + indent, self.y, self.size)
        self.pages[-1].append(placed)
        self.y -= self.leading
        return placed

    def heading(self, text: str) -> None:
        self.line(text, (self.right - self.left - width(text, self.size)) / 2)


def with_foot(
    pages: Sequence[Sequence[Placed]], form: str = "-{}-", first: int = 1
) -> list[list[Placed]]:
    return [[*page, centred(form.format(number), 40)] for number, page in enumerate(pages, first)]
