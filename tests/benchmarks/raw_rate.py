"""How many passages a second the model alone embeds, all given to it at once: python -m … texts.json."""

import json
import sys
import time
from pathlib import Path
from typing import Final

from models.load import load_embedder

_WARM_UP: Final = 64


def main() -> None:
    """Embed the texts of a file; write the rate."""
    texts = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    embedder = load_embedder()
    embedder.embed_passages(texts[:_WARM_UP])
    start, used = time.perf_counter(), time.process_time()
    embedder.embed_passages(texts)
    seconds = time.perf_counter() - start
    told = {
        "passages_per_s": round(len(texts) / seconds, 2),
        "cpu_seconds": round(time.process_time() - used, 2),
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
