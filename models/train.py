"""A sentence-transformers model, trained further on pairs of queries and passages. Needs torch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import torch
from sentence_transformers import SentenceTransformer

from models.errors import TargetExistsError, UnsupportedModelError
from models.losses import Tensor, contrastive, maxsim_scores, pooled_scores
from models.publishing import published
from models.sentence_transformer import load_model
from models.training_batches import Batch, BatchOptions, Example, Tokens, batches

_WARM_UP: Final = 0.1
"""Share of the steps in which the learning rate grows; then it falls to 0."""
_LARGEST_GRADIENT: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainOptions:
    """What may be said about a training."""

    steps: int = 200
    learning_rate: float = 4e-5
    scale: float = 20.0
    maxsim_share: float = 0.5
    """Of the loss; the rest is the pooled vectors'."""
    frozen_layers: int = 3
    """Lowest layers that stay as they are, and with them the word vectors; below 0, none."""
    keep: float = 1.0
    """Share of the trained weights in the outcome; the rest are those before (WiSE-FT, Wortsman 2022)."""
    batches: BatchOptions = field(default_factory=BatchOptions)
    threads: int = 1
    checkpoint_every: int = 0
    """Steps between models that are kept beside the target, ``<target>-<step>``; 0: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """How one step went."""

    step: int
    """From 1."""
    pooled_loss: float
    maxsim_loss: float


def train(
    source: str | Path,
    examples: Sequence[Example],
    target: Path,
    *,
    options: TrainOptions | None = None,
    on_step: Callable[[StepReport], None] = lambda _: None,
) -> None:
    """Train the model ``source`` on ``examples`` and write it, interpolated, to ``target``.

    The same source, examples, options and number of threads give the same weights on one machine.
    Checkpoints are the trained weights as they are. Raises `TargetExistsError` before any work, and
    `UnsupportedModelError` for a model without tokens around a text, with prompts, or with no
    layer above the frozen ones. What the disk refuses is `ModelWriteError`.
    """
    options = options or TrainOptions()
    if target.exists():
        raise TargetExistsError(target)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.batches.seed)
    model = load_model(str(source))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    _freeze(model, options.frozen_layers, str(source))
    found = batches(examples, _tokens(model, str(source)), options.batches, steps=options.steps)
    for report in _steps(model, found, options):
        on_step(report)
        if options.checkpoint_every and report.step % options.checkpoint_every == 0:
            save(model, target.with_name(f"{target.name}-{report.step}"))
    model.load_state_dict(interpolated(before, model.state_dict(), options.keep))
    save(model, target)


def interpolated(
    before: Mapping[str, Tensor], after: Mapping[str, Tensor], share: float
) -> dict[str, Tensor]:
    """Return each number of ``after`` by ``share``, and of ``before`` by the rest; integers as before."""
    return {
        name: before[name] + share * (value - before[name]) if value.is_floating_point() else value
        for name, value in after.items()
    }


def save(model: SentenceTransformer, folder: Path) -> None:
    """Write ``model`` as a sentence-transformers folder, whole or not at all."""
    with published(folder) as part:
        model.save(str(part), create_model_card=False)


def combined_loss(
    model: SentenceTransformer, batch: Batch, options: TrainOptions
) -> tuple[Tensor, Tensor]:
    """Return the loss of the pooled vectors and that of the token vectors."""
    queries, passages = (
        _encode(model, batch.query_ids, batch.query_mask),
        _encode(model, batch.passage_ids, batch.passage_mask),
    )
    right = torch.arange(len(batch.query_ids))
    loss = partial(
        contrastive, right=right, counted=torch.from_numpy(batch.counted), scale=options.scale
    )
    pooled = pooled_scores(queries.pooled, passages.pooled)
    by_token = maxsim_scores(queries.tokens, queries.mask, passages.tokens, passages.mask)
    return loss(pooled), loss(by_token)


@dataclass(frozen=True, slots=True, eq=False)
class _Encoded:
    pooled: Tensor
    tokens: Tensor
    mask: Tensor


def _encode(model: SentenceTransformer, ids: Any, mask: Any) -> _Encoded:
    kept = torch.from_numpy(mask)
    out = model({"input_ids": torch.from_numpy(ids), "attention_mask": kept})
    unit = torch.nn.functional.normalize
    return _Encoded(
        pooled=unit(out["sentence_embedding"], dim=1),
        tokens=unit(out["token_embeddings"], dim=2),
        mask=kept,
    )


def _steps(
    model: SentenceTransformer, found: Iterator[Batch], options: TrainOptions
) -> Iterator[StepReport]:
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=options.learning_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, partial(_rate, steps=options.steps))
    model.train()
    for step, batch in enumerate(found, 1):
        pooled, by_token = combined_loss(model, batch, options)
        loss = (1 - options.maxsim_share) * pooled + options.maxsim_share * by_token
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, _LARGEST_GRADIENT)
        optimizer.step()
        schedule.step()
        yield StepReport(step=step, pooled_loss=pooled.item(), maxsim_loss=by_token.item())


def _rate(done: int, *, steps: int) -> float:
    """Return the share of the learning rate after ``done`` steps."""
    warm_up = max(1, round(_WARM_UP * steps))
    return min((done + 1) / warm_up, max(0.0, (steps - done) / max(1, steps - warm_up)))


def _freeze(model: SentenceTransformer, layers: int, name: str) -> None:
    if layers < 0:
        return
    transformer = model[0].auto_model
    there = len(getattr(getattr(transformer, "encoder", None), "layer", ()))
    if layers >= there:
        raise UnsupportedModelError(
            name, f"of its {there} layers none is left beside {layers} frozen"
        )
    for module in (transformer.embeddings, *transformer.encoder.layer[:layers]):
        module.requires_grad_(requires_grad=False)


def _tokens(model: SentenceTransformer, name: str) -> Tokens:
    tokenizer = model.tokenizer
    first, last = tokenizer.cls_token_id, tokenizer.sep_token_id
    if first is None or last is None:
        raise UnsupportedModelError(name, "its tokenizer puts nothing around a text")
    if any(model.prompts.values()):
        raise UnsupportedModelError(name, "it has prompts, which this training does not give it")

    reader = deepcopy(tokenizer.backend_tokenizer)

    def plain(text: str) -> list[int]:
        return list(reader.encode(text, add_special_tokens=False).ids)

    reader.no_truncation()
    reader.no_padding()
    return Tokens(plain, first=first, last=last, padding=tokenizer.pad_token_id or 0)
