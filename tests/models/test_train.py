from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from models.errors import TargetExistsError, UnsupportedModelError
from models.training_batches import BatchOptions, Example
from tests.contracts import WORDS
from tests.models.tiny import PROMPTS, save_tiny

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(
        find_spec("sentence_transformers") is None,
        reason="sentence-transformers is not installed; `make reference` adds it",
    ),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
QUICK = BatchOptions(size=4, word_dropout=0.0)


def examples() -> list[Example]:
    """Each word asks for the passage that repeats the next one: no model knows that yet."""
    words = list(WORDS)[:8]
    return [
        Example(
            query=f"{word} {word}",
            passages=(f"{words[n - 7]} " * 5, f"{words[n - 3]} " * 5),
            groups=(words[n - 7], words[n - 3]),
        )
        for n, word in enumerate(words)
    ]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("tiny"))


def weights(folder: Path) -> dict[str, npt.NDArray[np.float32]]:
    from safetensors.numpy import load_file  # type: ignore[import-not-found, unused-ignore]

    (found,) = folder.rglob("model.safetensors")
    loaded: dict[str, npt.NDArray[np.float32]] = load_file(found)
    return loaded


def test_training_lowers_both_losses_and_the_same_seed_gives_the_same_weights(
    source: Path, tmp_path: Path
) -> None:
    from models.train import StepReport, TrainOptions, train

    options = TrainOptions(
        steps=30, learning_rate=3e-3, frozen_layers=-1, keep=1.0, batches=QUICK, checkpoint_every=20
    )
    reports: list[StepReport] = []
    for name in ("one", "two"):
        train(source, examples(), tmp_path / name, options=options, on_step=reports.append)

    assert [report.step for report in reports] == [*range(1, 31)] * 2
    first, last = reports[:3], reports[27:30]
    for loss in ("pooled_loss", "maxsim_loss"):
        before, after = (sum(getattr(r, loss) for r in some) for some in (first, last))
        assert after < before / 2
    one, two = weights(tmp_path / "one"), weights(tmp_path / "two")
    assert all(np.array_equal(one[key], two[key]) for key in one)
    assert {path.name for path in tmp_path.iterdir()} == {"one", "two", "one-20", "two-20"}


def test_frozen_layers_stay_and_the_outcome_lies_between(source: Path, tmp_path: Path) -> None:
    from models.train import TrainOptions, train

    before = weights(source)
    made = {}
    for keep in (1.0, 0.25):
        target = tmp_path / str(keep)
        options = TrainOptions(
            steps=3, learning_rate=1e-3, frozen_layers=1, keep=keep, batches=QUICK
        )
        train(source, examples(), target, options=options)
        made[keep] = weights(target)
    changed = {key for key in before if not np.array_equal(before[key], made[1.0][key])}
    assert any("layer.1." in key for key in changed)
    assert not any("layer.0." in key or "embeddings" in key for key in changed)
    for key in changed:
        expected = 0.75 * before[key] + 0.25 * made[1.0][key]
        np.testing.assert_allclose(made[0.25][key], expected, atol=1e-6)


def test_the_outcome_loads_as_the_source_did(source: Path, tmp_path: Path) -> None:
    from models.load import load_embedder
    from models.train import TrainOptions, train

    train(
        source,
        examples(),
        tmp_path / "new",
        options=TrainOptions(steps=1, keep=0.0, frozen_layers=1, batches=QUICK),
    )
    old, new = load_embedder(source), load_embedder(tmp_path / "new")

    texts = [example.passages[0] for example in examples()]
    np.testing.assert_allclose(old.embed_passages(texts), new.embed_passages(texts), atol=1e-6)
    assert new.spec.window == old.spec.window


def test_a_target_that_exists_is_left_alone(source: Path, tmp_path: Path) -> None:
    from models.train import train

    with pytest.raises(TargetExistsError):
        train(source, examples(), tmp_path)


def test_a_model_with_prompts_is_refused(tmp_path: Path) -> None:
    from models.train import train

    prompted = save_tiny(tmp_path, prompts=PROMPTS)
    with pytest.raises(UnsupportedModelError, match="prompts"):
        train(prompted, examples(), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_model_with_no_layer_left_to_train_is_refused(source: Path, tmp_path: Path) -> None:
    from models.train import TrainOptions, train

    with pytest.raises(UnsupportedModelError, match="of its 2 layers"):
        train(source, examples(), tmp_path / "new", options=TrainOptions(frozen_layers=2))
    assert not (tmp_path / "new").exists()
