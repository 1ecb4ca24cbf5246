"""A prepared model at work: OpenVINO and a tokenizer, no torch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from itertools import groupby
from pathlib import Path
from queue import LifoQueue
from threading import Lock
from typing import Any, Final

import numpy as np
from tokenizers import Tokenizer

from models.base import FloatMatrix, FloatVector, ModelSpec, TokenSpans, TokenVectors
from models.errors import ModelCorruptError, TextTooLongError, UnsupportedModelError
from models.folder import GRAPH, TOKENIZER, PreparedModel, read_spec, verify_files
from models.graph import look_up_before_widening, tell_tokens
from models.quiet_openvino import openvino
from models.together import Ids, Together
from models.tokens import TextTokens
from models.windows import cut_text, pool

PAD_MULTIPLE: Final = 8
"""Each text is padded to the next multiple of this many tokens, and only texts of one padded length
share a batch: then its vector is the same, bit for bit, in whatever company it is embedded. (In
bfloat16 more padding changed the last bits; no work is wasted on padding either.)"""
BATCH: Final = 8
QUESTION: Final = 64
"""Tokens that few questions have more of."""
BLOCK: Final = 2048
"""Passages tokenised ahead; bounds the memory that a long list of them takes."""

_FIRST_USE: Final = Lock()


class PreparedEmbedder:
    """An `Embedder` on a prepared model; each thread of ``threads`` runs one batch at a time.

    An empty text, or one of which the tokenizer keeps nothing, gets the vector of the special
    tokens alone: a valid unit vector, the same for all such texts.
    """

    def __init__(self, spec: ModelSpec, tokens: TextTokens, network: "Network") -> None:
        self._spec = spec
        self._tokens = tokens
        self._network = network
        self._together = Together(network.infer, length=_padded_length)
        self._query_budget = spec.window - spec.special_tokens - tokens.count(spec.query_prompt)

    @classmethod
    def open(cls, folder: Path, *, name: str, threads: int = 2) -> "PreparedEmbedder":
        """Load the prepared model in ``folder`` under ``name``.

        Raises `ModelCorruptError` when a file is missing or is not the one that its spec names.
        """
        model = read_spec(folder, name=name)
        verify_files(model)
        return cls.assemble(model, threads=threads)

    @classmethod
    def assemble(cls, model: PreparedModel, *, threads: int) -> "PreparedEmbedder":
        """Load a prepared model whose files are known to be right."""
        tokens = TextTokens(Tokenizer.from_file(str(model.folder / TOKENIZER)))
        network = Network(model.folder / GRAPH, dim=model.spec.dim, threads=threads)
        return cls(model.spec, tokens, network)

    @property
    def spec(self) -> ModelSpec:
        """Identity and limits; constant."""
        return self._spec

    @property
    def token_reader(self) -> Callable[[str], TokenSpans]:
        """What `token_spans` answers, as a function that can be pickled."""
        return self._tokens.spans

    def token_spans(self, text: str, /) -> TokenSpans:
        """Return where each token of ``text`` lies, special tokens and the prompt left out."""
        return self._tokens.spans(text)

    def embed_passages(self, texts: Sequence[str], /) -> FloatMatrix:
        """Return unit rows in input order, shape ``(len(texts), spec.dim)``, float32.

        Memory beyond the answer does not grow with the number of texts. A text of more than
        ``spec.passage_budget`` tokens raises `TextTooLongError`.
        """
        rows = np.empty((len(texts), self._spec.dim), np.float32)

        def fill(batch: list[Ids], places: list[int]) -> None:
            rows[places] = self._network.infer(batch)

        workers = ThreadPoolExecutor(self._network.threads)
        try:
            pending: list[Future[None]] = []
            for start in range(0, len(texts), BLOCK):
                block = self._block(texts, range(start, min(start + BLOCK, len(texts))))
                _finish(pending)
                pending = [
                    workers.submit(fill, [block[i] for i in batch], [start + i for i in batch])
                    for batch in _batches(block)
                ]
            _finish(pending)
        finally:
            workers.shutdown(cancel_futures=True)
        return rows

    def embed_query(self, text: str, /) -> FloatVector:
        """Return one unit vector, shape ``(spec.dim,)``, float32.

        A text longer than the window is cut by `cut_text`, and the parts' vectors pooled by `pool`
        with the parts' tokens as weights.
        """
        whole = self._tokens.ids(self._spec.query_prompt + text)
        if len(whole) <= self._spec.window:
            return self._together.embed(whole)
        parts = cut_text(text, token_spans=self._tokens.spans, budget=self._query_budget)
        ids = [self._tokens.ids(self._spec.query_prompt + part) for part in parts]
        weights = [self._tokens.count(part) for part in parts]
        return pool(np.concatenate([self._network.infer([part]) for part in ids]), weights)

    def coming(self, text: str, /) -> AbstractContextManager[None]:
        """Announce a question: inside the block, another's may be embedded along with it.

        One of more than `QUESTION` tokens is for itself: there is less to be gained, and more to wait.
        """
        ids = self._tokens.ids(self._spec.query_prompt + text)
        return self._together.coming(ids) if len(ids) <= QUESTION else nullcontext()

    def warm(self, *, stop: Callable[[], bool]) -> None:
        """Compute one text of each padded length up to `QUESTION` tokens, until ``stop`` says so.

        The first text of a length costs 25 to 40 ms more than the next, for kernels made to measure.
        Those of one length take 3 to 4 MB for good; so what is rare is left to whoever asks it.
        """
        for length in range(PAD_MULTIPLE, min(QUESTION, self._spec.window) + 1, PAD_MULTIPLE):
            if stop():
                return
            self._network.meet(length)

    @property
    def has_token_vectors(self) -> bool:
        """Whether the graph tells the vectors of single tokens."""
        return self._network.has_tokens

    def passage_tokens(self, texts: Sequence[str], /) -> list[TokenVectors]:
        """Return the token vectors of each text, in input order; of one longer than the window, part by part.

        Raises `UnsupportedModelError` for a model whose graph has none of the vectors' dimension. Each
        text is a batch of its own: in company they take 4% less time, but each form of batch some
        megabytes for good, in all 180 MB more.
        """
        prompt, budget = self._spec.passage_prompt, self._spec.passage_budget
        block = [self._tokens.ids(prompt + text) for text in texts]

        def read(place: int) -> TokenVectors:
            if len(block[place]) > self._spec.window:
                return self._by_parts(texts[place], prompt=prompt, budget=budget)
            return self._of_own(self._network.infer_tokens([block[place]])[0], texts[place])

        longest_first = sorted(range(len(texts)), key=lambda place: -len(block[place]))
        with ThreadPoolExecutor(self._network.threads) as workers:
            found = dict(zip(longest_first, workers.map(read, longest_first), strict=True))
        return [found[place] for place in range(len(texts))]

    def query_tokens(self, text: str, /) -> TokenVectors:
        """Return the token vectors of a question; one longer than the window is read part by part."""
        return self._by_parts(text, prompt=self._spec.query_prompt, budget=self._query_budget)

    def _by_parts(self, text: str, *, prompt: str, budget: int) -> TokenVectors:
        """Return the token vectors of a text that `cut_text` cuts: nothing of it is left out."""
        parts = cut_text(text, token_spans=self._tokens.spans, budget=budget)
        begins = np.cumsum([0, *(len(part) for part in parts)])
        found = [
            self._of_own(self._network.infer_tokens([ids])[0], part)
            for part in parts
            for ids in [self._tokens.ids(prompt + part)]
        ]
        return TokenVectors(
            np.concatenate([one.vectors for one in found]),
            np.concatenate([one.spans + at for one, at in zip(found, begins, strict=False)]),
        )

    def _of_own(self, vectors: FloatMatrix, text: str) -> TokenVectors:
        """Return the vectors of a text's own tokens, which stand behind the prompt's, as unit rows."""
        spans = self._tokens.spans(text)
        end = len(vectors) - self._tokens.special_after
        own = vectors[end - len(spans) : end]
        norms = np.maximum(np.linalg.norm(own, axis=1, keepdims=True), np.float32(1e-12))
        return TokenVectors(own / norms, spans)

    def _block(self, texts: Sequence[str], places: range) -> list[Ids]:
        return [self._passage_ids(place, texts[place]) for place in places]

    def _passage_ids(self, position: int, text: str) -> Ids:
        ids = self._tokens.ids(self._spec.passage_prompt + text)
        if len(ids) > self._spec.window:
            budget = self._spec.passage_budget
            tokens = len(ids) - self._spec.window + budget
            raise TextTooLongError(position=position, tokens=tokens, budget=budget)
        return ids


class Network:
    """A compiled graph: ``input_ids``, ``attention_mask`` → unit rows. Safe to share by threads.

    It is compiled once for every thread it may use, each time for a single one: then OpenVINO computes
    in the thread that calls. (Streams share 8 MB, but have threads of their own: each question waited
    for one to wake, and came back to a processor that had forgotten it.) Threads are not pinned, so that
    several processes on one machine do not crowd one core; sums are in float32, so that an index
    built on one kind of processor can be searched on another.
    """

    def __init__(self, graph: Path, *, dim: int, threads: int) -> None:
        if threads < 1:
            raise ValueError(f"at least one thread is needed, not {threads}")
        config = {
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": "1",
            "INFERENCE_NUM_THREADS": "1",
            "INFERENCE_PRECISION_HINT": "f32",
            "ENABLE_CPU_PINNING": "NO",
        }
        self.threads = threads
        self._idle: LifoQueue[Any] = LifoQueue()
        self._meeting = Lock()
        # The binding sets up statics on first use; two threads at once would wait for each other
        # for ever, one with the interpreter's lock and one with C++'s.
        with _FIRST_USE:
            for lane in self._compiled(graph, dim, config):
                self._idle.put(lane.create_infer_request())
            self.infer([np.zeros(PAD_MULTIPLE, np.int64)])

    def _compiled(self, graph: Path, dim: int, config: Mapping[str, str]) -> list[Any]:
        """Compile the graph for each thread, having seen that it is one of ``dim`` numbers."""
        core = openvino.Core()
        try:
            model = core.read_model(str(graph))
            self.has_tokens = tell_tokens(model, dim)
            look_up_before_widening(model)
            lanes = [core.compile_model(model, "CPU", dict(config)) for _ in range(self.threads)]
        except RuntimeError as error:
            raise ModelCorruptError(graph, "OpenVINO cannot load it") from error
        found = lanes[0].output(0).get_partial_shape()[1].to_string()
        if found != str(dim):
            raise ModelCorruptError(graph, f"its vectors have {found} numbers, not {dim}")
        return lanes

    def infer(self, texts: Sequence[Ids]) -> FloatMatrix:
        """Return one row a text, for texts of one padded length; waits for a free lane.

        The calling thread computes it. (OpenVINO's own queue calls back from threads that Python does
        not know; a process that ended soon after was now and then aborted by one of them.)
        """
        with self._answered(texts) as request:
            rows: FloatMatrix = request.get_output_tensor(0).data.copy()
        return rows

    def meet(self, length: int) -> None:
        """Compute a text of ``length`` tokens in every lane: each makes its own kernels."""
        with self._meeting, ExitStack() as held:
            for _ in range(self.threads):
                held.enter_context(self._answered([np.zeros(length, np.int64)]))

    def infer_tokens(self, texts: Sequence[Ids]) -> list[FloatMatrix]:
        """Return the vectors of each text's tokens, special ones included, none of the padding.

        For texts of one padded length; of no certain length each. Raises `UnsupportedModelError`
        where the graph has no token vectors of this dimension.
        """
        if not self.has_tokens:
            raise UnsupportedModelError("this model", "its graph tells no vectors of single tokens")
        with self._answered(texts) as request:
            rows = request.get_output_tensor(1).data
            return [rows[i, : len(ids)].copy() for i, ids in enumerate(texts)]

    @contextmanager
    def _answered(self, texts: Sequence[Ids]) -> Iterator[Any]:
        """Lend a request that has just been computed for ``texts``."""
        request = self._idle.get()
        try:
            request.infer(_padded(texts), share_inputs=True, share_outputs=True)
            yield request
        finally:
            self._idle.put(request)


def _finish(pending: list[Future[None]]) -> None:
    """Wait for the work given out; the first that failed raises."""
    for future in pending:
        future.result()


def _padded_length(ids: Ids) -> int:
    return -(-len(ids) // PAD_MULTIPLE) * PAD_MULTIPLE


def _padded(texts: Sequence[Ids]) -> dict[str, Ids]:
    """Return the graph's inputs for texts of one padded length."""
    shape = (len(texts), _padded_length(texts[0]))
    inputs = {name: np.zeros(shape, np.int64) for name in ("input_ids", "attention_mask")}
    for i, ids in enumerate(texts):
        inputs["input_ids"][i, : len(ids)] = ids
        inputs["attention_mask"][i, : len(ids)] = 1
    return inputs


def _batches(texts: Sequence[Ids]) -> Iterator[list[int]]:
    """Yield positions of texts of one padded length, longest first, 8, 4, 2 or 1 at a time.

    Each form of batch takes some megabytes for good: so there are half as many forms.
    """
    longest_first = sorted(range(len(texts)), key=lambda i: -_padded_length(texts[i]))
    for _, same in groupby(longest_first, key=lambda i: _padded_length(texts[i])):
        group = list(same)
        while group:
            size = min(BATCH, 1 << (len(group).bit_length() - 1))
            yield group[:size]
            group = group[size:]
