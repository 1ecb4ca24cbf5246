import os
import subprocess
import sys
from pathlib import Path

import pytest

TRACES = "import sys; from models.quiet_openvino import openvino; print('openvino_telemetry.main' in sys.modules)"


def run(program: str, home: Path) -> str:
    environ = {**os.environ, "HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environ, check=True
    )
    return done.stdout.strip()


def test_openvino_leaves_no_trace_of_its_use(tmp_path: Path) -> None:
    assert run(TRACES, tmp_path) == "False"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_plain_openvino_would(tmp_path: Path) -> None:
    """What the module is for; when this fails, OpenVINO has changed its ways."""
    program = "import sys; import openvino; print('openvino_telemetry.main' in sys.modules)"

    assert run(program, tmp_path) == "True"
