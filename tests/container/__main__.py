"""Build the image and try it: ``make container``.

Takes the engine that runs here. Where none does, and ``dockerd`` is installed, one is started for the
while in the scratch folder; where no registry gives the base image, a stand-in is made with ``mmdebstrap``
and said to be one. Where no engine can be had, that is said, and nothing is tried.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.container.engine import NoEngineError, base_image, engine
from tests.container.options import ROOT
from tests.container.trial import Trial


def main() -> int:
    """Return 0 when all holds or nothing can be tried."""
    parser = argparse.ArgumentParser(description="Build the image and try it.")
    parser.add_argument("--tools", type=Path, required=True, help="has docker-compose and hadolint")
    parser.add_argument("--scratch", type=Path, help="default: a new folder, removed afterwards")
    given = parser.parse_args()
    subprocess.run([given.tools / "hadolint", ROOT / "Dockerfile"], check=True)
    print("hadolint has nothing to say", flush=True)  # noqa: T201
    if given.scratch:
        given.scratch.mkdir(parents=True, exist_ok=True)
        return _tried(given.scratch, given.tools)
    with tempfile.TemporaryDirectory(prefix="opinion-search-container-") as scratch:
        return _tried(Path(scratch), given.tools)


def _tried(scratch: Path, tools: Path) -> int:
    try:
        with engine(scratch, tools.absolute()) as found:
            print(f"base image: {base_image(found, scratch)}", flush=True)  # noqa: T201
            trial = Trial(found, scratch)
            trial.run()
    except NoEngineError as error:
        print(f"skipped: {error}")  # noqa: T201
        return 0
    except subprocess.CalledProcessError as error:
        print(error.output, error, sep="\n", file=sys.stderr)  # noqa: T201
        return 1
    print(json.dumps(trial.figures, indent=1))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
