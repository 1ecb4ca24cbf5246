"""Compressed bytes: known by their beginning, whole or refused, never more than they may be."""

import bz2
import gzip
import importlib.util
import io
import lzma
import sys
import zlib
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.sources.streams import (
    ALWAYS_ALLOWED,
    GENEROUS_RATIO,
    OverfullError,
    TornError,
    UnreadableError,
    allowance,
    uncompressed,
    why,
)

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "xz": lzma.compress,
    "bzip2": bz2.compress,
    "none": bytes,
}
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


def unpack(data: bytes, size: int | None = None) -> bytes:
    with uncompressed(io.BytesIO(data), len(data) if size is None else size) as stream:
        return stream.read()


@pytest.mark.parametrize("compress", COMPRESSORS.values(), ids=COMPRESSORS)
@settings(max_examples=25, deadline=None)
@given(data=st.binary(max_size=200))
def test_what_was_compressed_comes_back(compress, data):
    """Two compressed files in a row are one, as their own programs have it."""
    assert unpack(compress(b"(" + data) + compress(data)) == b"(" + data + data


@pytest.mark.parametrize("name", ["gzip", "xz", "bzip2"])
def test_a_torn_stream_is_an_error_and_no_end(name):
    data = COMPRESSORS[name](bytes(range(256)) * 200)
    with pytest.raises(TornError, match="torn or not what it says"):
        unpack(data[: len(data) // 2])


@pytest.mark.parametrize("beginning", [b"\x1f\x8b", b"BZh9", b"\xfd7zXZ\x00"])
def test_a_beginning_without_its_stream(beginning):
    with pytest.raises(UnreadableError):
        unpack(beginning + b"nothing of the kind, for a while")


@pytest.mark.parametrize("name", ["gzip", "xz", "bzip2"])
def test_a_bomb_is_stopped_at_what_is_allowed(name):
    data = COMPRESSORS[name](b"0" * (ALWAYS_ALLOWED + 1))
    assert len(data) * GENEROUS_RATIO < ALWAYS_ALLOWED
    with pytest.raises(OverfullError, match=f"{ALWAYS_ALLOWED:,} bytes"):
        unpack(data)


def test_what_is_not_compressed_may_be_of_any_size():
    assert len(unpack(b"0" * 1000, size=0)) == 1000
    assert allowance(0) == ALWAYS_ALLOWED
    assert allowance(ALWAYS_ALLOWED) == ALWAYS_ALLOWED * GENEROUS_RATIO


def test_closing_the_stream_closes_the_file():
    raw = io.BytesIO(gzip.compress(b"x"))
    with uncompressed(raw, 100) as stream:
        assert stream.read() == b"x"
    assert raw.closed


def test_the_system_s_words_are_shown_without_number_and_path():
    assert why(PermissionError(13, "Permission denied", "/secret")) == "Permission denied"
    assert why(TornError("torn")) == "torn"


@pytest.mark.skipif(importlib.util.find_spec("zstandard") is not None, reason="it is installed")
def test_zstandard_without_its_package_says_what_to_do():
    raw = io.BytesIO(ZSTD_MAGIC + b"...")
    with pytest.raises(UnreadableError, match="install zstandard, or decompress it first"):
        uncompressed(raw, 10)
    assert raw.closed


class Frame:
    """Stands in for zstandard's decompressor: a magic number, then a zlib stream."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj()
        self._started = False

    def decompress(self, data: bytes) -> bytes:
        if not self._started:
            assert data.startswith(ZSTD_MAGIC)
            self._started, data = True, data[len(ZSTD_MAGIC) :]
        try:
            return self._inner.decompress(data)
        except zlib.error as error:
            raise FrameError(*error.args) from error

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data


class FrameError(Exception):
    """Stands in for zstandard's error."""


class Decompressor:
    """Stands in for zstandard's."""

    def decompressobj(self) -> Frame:
        return Frame()


@pytest.fixture
def zstandard(monkeypatch):
    module = ModuleType("zstandard")
    module.__spec__ = ModuleSpec("zstandard", None)
    vars(module).update(ZstdDecompressor=Decompressor, ZstdError=FrameError)
    monkeypatch.setitem(sys.modules, "zstandard", module)


def frame(data: bytes) -> bytes:
    return ZSTD_MAGIC + zlib.compress(data)


@pytest.mark.usefixtures("zstandard")
def test_zstandard_with_its_package():
    data = bytes(range(256)) * 100
    assert unpack(frame(data) + frame(b"more")) == data + b"more"


@pytest.mark.usefixtures("zstandard")
@pytest.mark.parametrize(
    "data", [frame(bytes(range(256)) * 40)[:-5], ZSTD_MAGIC + b"nonsense"], ids=["cut", "wrong"]
)
def test_zstandard_torn(data):
    with pytest.raises(TornError):
        unpack(data)
