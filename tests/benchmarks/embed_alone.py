"""Embeds the question on each line of standard input; answers with milliseconds."""

import json
import sys
import time
from typing import Final

from models.load import load_embedder

_WARM_UP: Final = 20


def main() -> None:
    """Answer until standard input ends."""
    embedder = load_embedder()
    for place in range(_WARM_UP):
        embedder.embed_query(f"warming up for the {place}th time, in a few words")
    for line in sys.stdin:
        text = json.loads(line)
        start = time.perf_counter()
        embedder.embed_query(text)
        sys.stdout.write(f"{(time.perf_counter() - start) * 1e3:.4f}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
