import json
import math
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.base import Embedder, EmbedsTogether
from models.errors import ModelCorruptError, TextTooLongError
from models.folder import GRAPH, SPEC, TOKENIZER, WEIGHTS, fingerprint, read_spec, write_spec
from models.graph import look_up_before_widening, tell_tokens
from models.load import DEFAULT_MODEL, list_models
from models.quiet_openvino import openvino
from models.runtime import BATCH, BLOCK, PAD_MULTIPLE, PreparedEmbedder, _batches
from tests.contracts import EmbedderContract, words


class TestPreparedEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self, default_embedder: Embedder) -> Embedder:
        return default_embedder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the default model that a test may break."""
    (model,) = (model for model in list_models() if model.name == DEFAULT_MODEL)
    return Path(shutil.copytree(model.folder, tmp_path / "copy"))


def test_the_default_model_is_the_one_promised(default_embedder: Embedder) -> None:
    spec = default_embedder.spec

    assert (spec.name, spec.dim, spec.window) == (DEFAULT_MODEL, 384, 256)
    assert (spec.special_tokens, spec.passage_budget) == (2, 254)


@pytest.mark.parametrize("threads", [1, 3])
def test_the_number_of_threads_changes_no_bit(
    default_embedder: Embedder, folder: Path, threads: int
) -> None:
    texts = [words(n, seed=n) for n in range(0, 260, 13) if n <= 254]
    other = PreparedEmbedder.open(folder, name="other", threads=threads)

    assert np.array_equal(other.embed_passages(texts), default_embedder.embed_passages(texts))


def test_a_full_batch_of_one_length_is_each_text_alone(default_embedder: Embedder) -> None:
    texts = [words(PAD_MULTIPLE + n % 3, seed=n) for n in range(2 * BATCH + 3)]

    rows = default_embedder.embed_passages(texts)

    assert np.array_equal(rows, [default_embedder.embed_query(text) for text in texts])


@given(st.lists(st.integers(2, 60), max_size=80))
def test_only_texts_of_one_padded_length_share_a_batch(lengths: list[int]) -> None:
    """On some processors and precisions, more padding changes a vector's last bits."""
    batches = list(_batches([np.zeros(length, np.int64) for length in lengths]))

    padded = [[math.ceil(lengths[i] / PAD_MULTIPLE) for i in batch] for batch in batches]
    assert all(len(set(batch)) == 1 and len(batch) <= BATCH for batch in padded)
    assert padded == sorted(padded, key=lambda batch: -batch[0])
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))


@pytest.mark.slow
def test_blocks_meet_without_seam(default_embedder: Embedder) -> None:
    texts = [words(1 + n % 5, seed=n % 97) for n in range(BLOCK + 5)]

    rows = default_embedder.embed_passages(texts)

    last = range(BLOCK - 3, BLOCK + 5)
    assert np.array_equal(rows[last], default_embedder.embed_passages([texts[i] for i in last]))


def test_meaning_is_in_the_vectors(default_embedder: Embedder) -> None:
    """A question is nearer to its answer than to other law, and accents do not matter."""
    query = default_embedder.embed_query("Can a policeman be sued for shooting an unarmed suspect?")
    answer, other = default_embedder.embed_passages(
        [
            "an officer who uses deadly force against a person without a weapon may be liable",
            "the tax court disallowed the deduction for depreciation of the leased equipment",
        ]
    )
    plain, accented = default_embedder.embed_passages(["Munoz", "Muñoz"])

    assert query @ answer > query @ other + 0.3
    assert np.array_equal(plain, accented)


def test_a_passage_too_long_in_the_middle_spoils_nothing_after_it(
    default_embedder: Embedder,
) -> None:
    before = default_embedder.embed_passages([words(20)])
    with pytest.raises(TextTooLongError):
        default_embedder.embed_passages([words(20)] * 40 + [words(300)])

    assert np.array_equal(default_embedder.embed_passages([words(20)]), before)


@pytest.mark.parametrize("name", [GRAPH, WEIGHTS, TOKENIZER, SPEC])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(ModelCorruptError, match=name):
        PreparedEmbedder.open(folder, name="broken")


@pytest.mark.parametrize("name", [GRAPH, WEIGHTS, TOKENIZER])
def test_one_changed_byte_is_found(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)

    with pytest.raises(ModelCorruptError, match=f"{name}: is not the file that {SPEC} names"):
        PreparedEmbedder.open(folder, name="broken")


def test_a_graph_that_openvino_cannot_read_is_refused(folder: Path) -> None:
    model = read_spec(folder, name="broken")
    (folder / GRAPH).write_text("<net/>")

    with pytest.raises(ModelCorruptError, match="OpenVINO cannot load it"):
        PreparedEmbedder.assemble(model, threads=1)


def test_a_spec_that_lies_about_the_dimension_is_refused(folder: Path) -> None:
    raw = json.loads((folder / SPEC).read_text())
    raw["spec"]["dim"] = 768
    (folder / SPEC).write_text(json.dumps(raw))
    with pytest.raises(ModelCorruptError, match="fingerprint"):
        PreparedEmbedder.open(folder, name="liar")

    raw["spec"]["dim"] = 384
    (folder / SPEC).write_text(json.dumps(raw))
    model = read_spec(folder, name="liar")
    spec = replace(model.spec, dim=768)
    spec = replace(spec, fingerprint=fingerprint(spec, model.files))
    write_spec(replace(model, spec=spec))
    with pytest.raises(ModelCorruptError, match="its vectors have 384 numbers, not 768"):
        PreparedEmbedder.open(folder, name="liar")


def test_no_threads_are_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="at least one thread"):
        PreparedEmbedder.open(folder, name="idle", threads=0)


def run(program: str) -> str:
    """Run a program of its own and return what it says on standard error."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stderr


def test_a_process_may_fork_after_embedding() -> None:
    """The tokenizer library warns on a fork after it has used threads; it must not have."""
    program = (
        "import os\n"
        "from models.load import load_embedder\n"
        "embedder = load_embedder()\n"
        "embedder.embed_passages(['one', 'two', 'three'] * 20)\n"
        "child = os.fork()\n"
        "embedder.token_spans('words')\n"
        "os._exit(0) if child == 0 else os.waitpid(child, 0)\n"
    )

    assert run(program) == ""


def test_several_threads_may_be_the_first_and_the_process_may_end_at_once() -> None:
    """Without care OpenVINO's binding deadlocks on the one and aborts on the other."""
    program = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from models.load import load_embedder\n"
        "with ThreadPoolExecutor(4) as pool:\n"
        "    embedder, _ = pool.map(lambda _: load_embedder(threads=2), range(2))\n"
        "    list(pool.map(embedder.embed_query, map(str, range(40))))\n"
        "embedder.embed_passages([f'{n} words' for n in range(40)])\n"
    )

    assert run(program) == ""


def test_a_table_looked_up_before_it_is_widened_changes_no_bit(folder: Path) -> None:
    """The judge is the graph as it lies on the disk."""
    core, dim = openvino.Core(), 384
    ids = np.array([[101, 7, 30_521, 0, 2_954, 102, 0, 0]])
    inputs = {"input_ids": ids, "attention_mask": (np.arange(8) < 6).astype(np.int64)[np.newaxis]}
    found = []
    for rewrite in (False, True):
        graph = core.read_model(str(folder / GRAPH))
        assert tell_tokens(graph, dim)
        if rewrite:
            assert look_up_before_widening(graph) == 1
        config = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": "1"}
        answer = core.compile_model(graph, "CPU", config)(inputs)
        found.append([answer[place].copy() for place in range(2)])

    (pooled, tokens), (pooled_too, tokens_too) = found
    assert np.array_equal(pooled, pooled_too)
    assert np.array_equal(tokens, tokens_too)
    again = core.read_model(str(folder / GRAPH))
    assert look_up_before_widening(again) == 1
    assert look_up_before_widening(again) == 0


def test_meeting_the_lengths_beforehand_ends_when_told_and_changes_no_bit(folder: Path) -> None:
    embedder = PreparedEmbedder.open(folder, name="other", threads=1)
    before, asked = embedder.embed_query("the officer fired"), list[int]()
    meet, lengths = embedder._network.meet, list[int]()

    def noting(length):
        lengths.append(length)
        meet(length)

    embedder._network.meet = noting  # type: ignore[method-assign]

    def told() -> bool:
        asked.append(1)
        return len(asked) > 2

    embedder.warm(stop=told)
    assert lengths == [8, 16]
    embedder.warm(stop=lambda: False)

    assert lengths[2:] == list(range(8, 65, 8))
    assert np.array_equal(embedder.embed_query("the officer fired"), before)


def test_every_lane_meets_a_length(folder: Path) -> None:
    network = PreparedEmbedder.open(folder, name="other", threads=3)._network
    idle, used = network._idle, list[Any]()

    class Noting:
        def get(self) -> Any:
            used.append(idle.get())
            return used[-1]

        def put(self, lane: Any) -> None:
            idle.put(lane)

    network._idle = Noting()  # type: ignore[assignment]
    network.meet(16)

    assert len(used) == len(set(map(id, used))) == 3
    assert idle.qsize() == 3


def test_the_thread_that_asks_is_the_one_that_computes(folder: Path) -> None:
    """A thread of OpenVINO's own would have to wake for each question."""
    embedder = PreparedEmbedder.open(folder, name="other", threads=2)
    text = words(200, seed=1)
    embedder.embed_query(text)

    def share() -> float:
        """How much of the processor time of all threads was that of this one."""
        own, all_of_them = time.thread_time(), time.process_time()
        for _ in range(5):
            embedder.embed_query(text)
        return (time.thread_time() - own) / (time.process_time() - all_of_them)

    # A thread of another test may work besides, now and then.
    assert any(share() > 0.8 for _ in range(10))


def test_a_question_announced_is_embedded_with_its_like_and_no_bit_is_different(
    default_embedder: Embedder,
) -> None:
    """The judge is the passage of the same words, which this model reads as it does a question."""
    texts = [words(n, seed=n) for n in (17, 18, 19, 20, 40, 62, 63, 150)]
    assert isinstance(default_embedder, EmbedsTogether)

    with ExitStack() as announced:
        for text in texts:
            announced.enter_context(default_embedder.coming(text))
        found = [default_embedder.embed_query(text) for text in texts]

    assert np.array_equal(found, default_embedder.embed_passages(texts))


def test_token_vectors_meet_one_form_of_batch_a_length(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each form keeps megabytes of kernels for good."""
    embedder = PreparedEmbedder.open(folder, name="copy", threads=2)
    forms, infer = [], embedder._network.infer_tokens

    def noted(texts: Any) -> Any:
        forms.append(len(texts))
        return infer(texts)

    monkeypatch.setattr(embedder._network, "infer_tokens", noted)
    texts = [words(n % 40 + 1, seed=n) for n in range(20)]

    found = embedder.passage_tokens(texts)

    assert forms == [1] * len(texts)
    for text, tokens in zip(texts, found, strict=True):
        (alone,) = embedder.passage_tokens([text])
        assert np.array_equal(tokens.vectors, alone.vectors)
        assert np.array_equal(tokens.spans, alone.spans)
