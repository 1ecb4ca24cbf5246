"""Connects the Vercel AI SDK's MCP client to a served sample: ``python -m tests.acceptance.mcp_vercel``.

Needs Node.js with npm, which fetches the client into a folder for the run; without them it says so and
leaves with 0.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.acceptance.running import SEEDS, serving, succeed

SCRIPT = Path(__file__).parent / "vercel"


def main() -> int:
    """Install the client, serve two opinions, and run the script against them."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        sys.stdout.write("skipped: there is no Node.js with npm here\n")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        script = shutil.copytree(SCRIPT, root / "vercel")
        quiet = ["--no-audit", "--no-fund", "--silent", "--ignore-scripts"]
        if subprocess.run([npm, "install", *quiet], cwd=script, check=False).returncode:
            sys.stdout.write("skipped: npm cannot fetch the client\n")
            return 0
        succeed("build", SEEDS, "--index", root / "index")
        with serving(root / "index", root / "log") as client:
            url = f"{client.base_url}".rstrip("/") + "/mcp"
            return subprocess.run([node, "check.mjs", url], cwd=script, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
