"""Text → token numbers and places, with nothing cut off and nothing filled up."""

import re

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding, Tokenizer

from models.base import TokenSpans
from models.words import WordTokens, parts_words

_SURROGATES = re.compile("[\ud800-\udfff]")


class TextTokens:
    """A tokenizer of its own (the one given stays as it is) with truncation and padding off.

    It reads one text at a time and never starts threads, so a process that forks later is safe, and
    it can be pickled. Lone surrogates, which no tokenizer takes, are read as U+FFFD; that moves no
    offset.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = Tokenizer.from_str(tokenizer.to_str())
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._words: WordTokens | None = None
        if parts_words(self._tokenizer):
            added = self._tokenizer.get_added_tokens_decoder().values()
            self._words = WordTokens(self._bare, [token.content for token in added])
        mask = self._encode("a", special=True)
        before = mask.special_tokens_mask.index(0) if 0 in mask.special_tokens_mask else 0
        self._before = np.array(mask.ids[:before], np.int64)
        self._after = np.array(mask.ids[len(mask.ids) - self.special_tokens + before :], np.int64)

    def __reduce__(self) -> tuple[type["TextTokens"], tuple[Tokenizer]]:
        return TextTokens, (self._tokenizer,)

    @property
    def special_tokens(self) -> int:
        """Tokens added around every text."""
        return int(self._tokenizer.num_special_tokens_to_add(is_pair=False))

    @property
    def special_after(self) -> int:
        """How many of them stand behind the text."""
        return len(self._after)

    def ids(self, text: str) -> npt.NDArray[np.int64]:
        """Return the token numbers of ``text``, special tokens included, shape ``(n,)``."""
        if self._words is None or not isinstance(text, str):
            return np.array(self._encode(text, special=True).ids, dtype=np.int64)
        return np.concatenate([self._before, self._words.ids(text), self._after])

    def spans(self, text: str) -> TokenSpans:
        """Return where each token of ``text`` lies, special tokens left out."""
        if self._words is None:
            return np.array(self._bare(text).offsets, dtype=np.int64).reshape(-1, 2)
        return self._words.spans(text)

    def count(self, text: str) -> int:
        """Return the number of tokens of ``text``, special tokens left out."""
        return len(self.spans(text))

    def readable(self, text: str) -> str:
        """Return ``text`` as it is read: a lone surrogate becomes U+FFFD, nothing else changes."""
        return _SURROGATES.sub("\ufffd", text)

    def to_json(self) -> str:
        """Return the tokenizer as it is written to ``tokenizer.json``."""
        return str(self._tokenizer.to_str(pretty=True))

    def _bare(self, text: str) -> Encoding:
        return self._encode(text, special=False)

    def _encode(self, text: str, *, special: bool) -> Encoding:
        try:
            return self._tokenizer.encode(text, add_special_tokens=special)
        except TypeError:
            return self._tokenizer.encode(self.readable(text), add_special_tokens=special)
