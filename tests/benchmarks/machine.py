"""What was measured on: processors, memory, who else was at work, versions."""

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

_PACKAGES: Final = (
    "numpy", "openvino", "faiss-cpu", "tantivy", "tokenizers", "uvicorn", "uvloop", "fastapi",
)  # fmt: skip
_FLAGS: Final = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8")


def machine() -> dict[str, Any]:
    """Return what the figures hold for."""
    return {
        "processor": _of_cpuinfo("model name"),
        "flags": [flag for flag in _FLAGS if flag in _of_cpuinfo("flags").split()],
        "processors": os.cpu_count(),
        "memory_gb": round(_bytes_of("MemTotal") / 1e9, 1),
        "system": platform.release(),
        "python": platform.python_version(),
        "versions": versions(_PACKAGES),
    }


def load() -> dict[str, float]:
    """Return the load of the last minute, and the memory that is free."""
    return {
        "load_1min": round(os.getloadavg()[0], 2),
        "memory_free_gb": round(_bytes_of("MemAvailable") / 1e9, 1),
    }


def versions(packages: tuple[str, ...]) -> dict[str, str]:
    """Return the versions of those packages that are installed."""
    found = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def commit(root: Path) -> str:
    """Return the commit that is checked out, marked where files differ from it."""
    try:
        done = subprocess.run(
            ["git", "-C", root, "describe", "--always", "--dirty", "--abbrev=7", "--exclude=*"],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def _of_cpuinfo(key: str) -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return "unknown"


def _bytes_of(key: str) -> int:
    for line in Path("/proc/meminfo").read_text("utf-8").splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1]) * 1024
    return 0
