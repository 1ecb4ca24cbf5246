"""Other people's programs, as processes of their own: their packages are not ours.

`make clients` puts them where they are looked for: Python packages into an environment
``.venv-clients``, JavaScript ones into ``.venv-clients/node``. ``CLIENTS`` in the environment names another folder.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[3]
SCRIPTS: Final = Path(__file__).parent / "scripts"
FOLDER: Final = Path(os.environ.get("CLIENTS", ROOT / ".venv-clients"))
_PYTHON: Final = FOLDER / "bin" / "python"
_NODE: Final = FOLDER / "node"
_MAKE: Final = "make clients installs it"


def run_python(script: str, package: str, *arguments: str) -> Any:
    """Run a script with the real package; return the JSON that it prints."""
    if not _PYTHON.is_file():
        pytest.skip(f"there is no environment with {package}: {_MAKE}")
    found = subprocess.run([_PYTHON, "-c", f"import {package}"], capture_output=True, check=False)
    if found.returncode:
        pytest.skip(f"{package} is not installed: {_MAKE}")
    return _printed([str(_PYTHON), "-W", "ignore", str(SCRIPTS / script), *arguments], cwd=SCRIPTS)


def run_node(script: str, package: str, *arguments: str) -> Any:
    """Run a script with the real package; return the JSON that it prints."""
    node = shutil.which("node")
    if node is None or not (_NODE / "node_modules" / package).is_dir():
        pytest.skip(f"{package} is not installed: {_MAKE}")
    text = (SCRIPTS / script).read_text(encoding="utf-8")
    return _printed([node, "--input-type=module", "-e", text, *arguments], cwd=_NODE)


def _printed(command: list[str], *, cwd: Path) -> Any:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
