"""Tar archives block by block, as no program writes them."""

from collections.abc import Mapping
from typing import Final

BLOCK: Final = 512
END: Final = bytes(2 * BLOCK)


def header(name: str, *, size: int = 0, kind: bytes = b"0", **at: bytes) -> bytes:
    """Return one header, with any size; ``b482`` puts bytes at 482."""
    block = bytearray(BLOCK)
    block[: len(name)] = name.encode()
    block[124:136] = _number(size)
    block[156:157] = kind
    block[257:265] = b"ustar\x0000"
    for place, data in at.items():
        start = int(place[1:])
        block[start : start + len(data)] = data
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def _number(value: int) -> bytes:
    """Return a size as POSIX has it, or where that has no room as GNU does."""
    if 0 <= value < 8**11:
        return b"%011o\0" % value
    return (256**12 + value if value < 0 else (128 << 88) + value).to_bytes(12, "big")


def padded(content: bytes) -> bytes:
    """Return ``content`` up to the end of its last block."""
    return content + bytes(-len(content) % BLOCK)


def member(name: str, content: bytes | str, *, kind: bytes = b"0") -> bytes:
    """Return a member: its header and its bytes."""
    data = content.encode() if isinstance(content, str) else content
    return header(name, size=len(data), kind=kind) + padded(data)


def records(said: Mapping[str, str]) -> bytes:
    """Return the records that say ``said``, each with its own length before it."""
    return b"".join(_record(name, value) for name, value in said.items())


def _record(name: str, value: str) -> bytes:
    rest = f" {name}={value}\n".encode()
    length = len(rest) + 1
    while len(rest) + len(str(length)) != length:
        length += 1
    return str(length).encode() + rest


def extended(said: Mapping[str, str], *, kind: bytes = b"x") -> bytes:
    """Return the header that says ``said`` of the next member."""
    return member("pax", records(said), kind=kind)
