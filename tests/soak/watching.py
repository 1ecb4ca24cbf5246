"""What a process and its children hold, read from /proc."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time
from typing import Any, Final

_PROC: Final = Path("/proc")
_TICKS_S: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Sample:
    """At one moment, over all processes of the service."""

    at_s: float
    phase: str
    rss_mb: float
    pss_mb: float
    uss_mb: float
    """What is mapped by one process alone: its heap, and the pages of files that nobody else reads."""
    heap_mb: float
    """Anonymous memory: what no file gives back."""
    threads: int
    files: int
    """Open descriptors."""
    cpu_s: float
    """Processor time so far."""
    others_s: float
    """Processor time that the machine so far spent on neither the service nor this process."""
    load: float
    """The machine's load average of the last minute, other work included."""

    def record(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            name: round(value, 2) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [pid]
    for one in found:
        for task in (_PROC / str(one) / "task").glob("*/children"):
            found += [int(child) for child in _read(task).split()]
    return found


def sample(pid: int, *, at_s: float, phase: str) -> Sample:
    """Look at a process and its children; those that end meanwhile count nothing."""
    pids = family(pid)
    rolled = [_fields(_PROC / str(one) / "smaps_rollup") for one in pids]
    threads = [_fields(_PROC / str(one) / "status").get("Threads", 0) for one in pids]

    def megabytes(name: str) -> float:
        return sum(one.get(name, 0) for one in rolled) / 1024

    cpu_s = sum(_cpu_s(one) for one in pids)
    return Sample(
        at_s=at_s,
        phase=phase,
        rss_mb=megabytes("Rss"),
        pss_mb=megabytes("Pss"),
        uss_mb=megabytes("Private_Clean") + megabytes("Private_Dirty"),
        heap_mb=megabytes("Anonymous"),
        threads=sum(threads),
        files=sum(_entries(_PROC / str(one) / "fd") for one in pids),
        cpu_s=cpu_s,
        others_s=_machine_s() - cpu_s - process_time(),
        load=os.getloadavg()[0],
    )


def _fields(path: Path) -> dict[str, int]:
    """Read lines such as ``Pss:  12 kB``."""
    found = {}
    for line in _read(path).splitlines():
        name, _, rest = line.partition(":")
        first = rest.split()[:1]
        if first and first[0].isdecimal():
            found[name] = int(first[0])
    return found


def _cpu_s(pid: int) -> float:
    parts = _read(_PROC / str(pid) / "stat").rpartition(")")[2].split()
    return sum(int(part) for part in parts[11:13]) / _TICKS_S if parts else 0.0


def _machine_s() -> float:
    """Return the processor time of all that ran, and was stolen, since the machine started."""
    user, nice, system, _idle, _wait, irq, soft, steal = _read(_PROC / "stat").split()[1:9]
    return sum(map(int, (user, nice, system, irq, soft, steal))) / _TICKS_S


def _entries(folder: Path) -> int:
    try:
        return sum(1 for _ in folder.iterdir())
    except OSError:
        return 0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
