"""What a tokenizer makes of each word, remembered: most words of a text were there before."""

import json
import re
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding, Tokenizer

from models.base import TokenSpans

_WORD: Final = re.compile(
    r"[^ \n\t!-/:-@\[-`{-~]+[ \n\t]*|[!-/:-@\[-`{-~][ \n\t]*|[ \n\t]+"  # a word; a mark; spaces alone
)
_MOST_WORDS: Final = 16_384
"""Bounds the memory at some 6 MB; then it begins anew. Four times as many took a tenth of a second off a
million characters, hardly one hundredth of what a build takes, and kept a service growing for an hour."""
_LONGEST: Final = 40
"""Characters of a word that is worth remembering."""


class Word(NamedTuple):
    """The tokens of one word, and where they lie in it."""

    ids: tuple[int, ...]
    offsets: tuple[int, ...]
    """Start and end of each token in turn."""


class WordTokens(dict[str, Word]):
    """Tokens of texts, put together from those of their words, each with the white space after it.

    The same as reading the whole, for a tokenizer that `parts_words`, in a quarter of the time.
    Threads may share it.
    """

    def __init__(self, encode: Callable[[str], Encoding], whole: Sequence[str]) -> None:
        """Read a word for the first time with ``encode``, which adds no special tokens.

        A text that holds one of ``whole``, which stand for one token each, is not parted.
        """
        self._encode = encode
        self._whole = tuple(whole)

    def __missing__(self, word: str) -> Word:
        encoding = self._encode(word)
        read = Word(tuple(encoding.ids), tuple(chain.from_iterable(encoding.offsets)))
        if len(word) <= _LONGEST:
            if len(self) >= _MOST_WORDS:
                self.clear()
            self[word] = read
        return read

    def ids(self, text: str) -> npt.NDArray[np.int64]:
        """Return the token numbers of ``text``, shape ``(n,)``."""
        words = map(self.__getitem__, self._pieces(text))
        return np.fromiter(chain.from_iterable(word.ids for word in words), np.int64)

    def spans(self, text: str) -> TokenSpans:
        """Return where each token of ``text`` lies."""
        pieces = self._pieces(text)
        words = list(map(self.__getitem__, pieces))
        flat = np.fromiter(chain.from_iterable(word.offsets for word in words), np.int64)
        ends = np.cumsum(np.fromiter(map(len, pieces), np.int64, len(pieces)))
        starts = np.concatenate([np.zeros(1, np.int64), ends])[:-1]
        counts = np.fromiter((len(word.ids) for word in words), np.int64, len(words))
        spans: TokenSpans = flat.reshape(-1, 2) + np.repeat(starts, counts)[:, np.newaxis]
        return spans

    def _pieces(self, text: str) -> list[str]:
        return [text] if any(one in text for one in self._whole) else _WORD.findall(text)


def parts_words(tokenizer: Tokenizer) -> bool:
    """Whether what it makes of a word is known to depend on nothing beside it.

    That is so of BERT's word pieces: its normaliser looks at one character at a time, and then it
    parts at white space and at each mark.
    """
    made: dict[str, Any] = json.loads(tokenizer.to_str())
    kinds = [(made[part] or {}).get("type") for part in ("normalizer", "pre_tokenizer", "model")]
    return kinds == ["BertNormalizer", "BertPreTokenizer", "WordPiece"] and not any(
        added["lstrip"] or added["rstrip"] or added["single_word"] or added["normalized"]
        for added in made["added_tokens"]
    )
