"""A sentence-transformers model → a prepared folder that runs without torch."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from models.errors import (
    CalibrationError,
    MissingBackendError,
    TargetExistsError,
    UnsupportedModelError,
)
from models.folder import (
    CARD,
    FILES,
    GRAPH,
    TOKENIZER,
    Agreement,
    PreparedModel,
    Source,
    facts_of,
    fingerprint,
    write_spec,
)
from models.load import known_names
from models.publishing import published
from models.windows import cut_text

if TYPE_CHECKING:
    from models.sentence_transformer import SentenceTransformerEmbedder

_PACKAGES: Final = ("sentence_transformers", "torch", "nncf", "openvino")
_SHORTER: Final = 12
"""How much shorter than the window a query is taken to be."""
_WEIGHTS: Final = "model.safetensors"


class Precision(StrEnum):
    """How the numbers of the graph are kept."""

    INT8 = "int8"
    FP32 = "fp32"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareOptions:
    """What may be said about a preparation besides its source and target."""

    precision: Precision = Precision.INT8
    source_name: str | None = None
    """What the model card calls the source; None is the name of its folder."""
    licence: str | None = None
    """SPDX identifier of the weights; None is what the source's own model card says."""
    calibration_passages: int = 300
    held_out_passages: int = 100
    """Passages to measure the agreement on."""
    threads: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedReport:
    """What a preparation made."""

    model: PreparedModel
    calibration_passages: int
    """Passages the int8 ranges were taken from; 0 for fp32."""


def prepare(
    source: str | Path,
    target: Path,
    *,
    calibration_texts: Sequence[str],
    options: PrepareOptions | None = None,
) -> PreparedReport:
    """Convert the model ``source`` into the folder ``target``, whole or not at all.

    ``calibration_texts`` are texts like those to be searched, of any length: they are cut into
    passages, some of which set the ranges of the int8 numbers, and others measure the agreement
    with the source. Raises `TargetExistsError`, `MissingBackendError`, `UnsupportedModelError`,
    `CalibrationError` when the texts make fewer than two different passages, and `ModelWriteError`.
    """
    check_can_prepare(source, target)
    from models.sentence_transformer import SentenceTransformerEmbedder

    reference = SentenceTransformerEmbedder.open(str(source), known=known_names())
    if reference.spec.special_tokens == 0:
        raise UnsupportedModelError(str(source), "an empty text would have no token at all")
    with published(target) as part:
        report = _prepare(
            reference, part, texts=calibration_texts, options=options or PrepareOptions()
        )
        report = replace(report, model=_renamed(report.model, target.name))
        (part / CARD).write_text(_card(report), encoding="utf-8")
        write_spec(report.model)
    return replace(report, model=replace(report.model, folder=target))


def check_can_prepare(source: str | Path, target: Path) -> None:
    """Raise `TargetExistsError` or `MissingBackendError` before any work is done."""
    if target.exists():
        raise TargetExistsError(target)
    for package in _PACKAGES:
        if find_spec(package) is None:
            raise MissingBackendError(model=str(source), package=package.replace("_", "-"))


def _renamed(model: PreparedModel, name: str) -> PreparedModel:
    return replace(model, name=name, spec=replace(model.spec, name=name))


def _prepare(
    reference: "SentenceTransformerEmbedder",
    folder: Path,
    *,
    texts: Sequence[str],
    options: PrepareOptions,
) -> PreparedReport:
    calibration, held_out = _passages(reference, texts, options)
    _write_graph(reference, folder, calibration, options)
    (folder / TOKENIZER).write_text(reference.tokens.to_json(), encoding="utf-8")
    model = _describe(reference, folder, options)
    model = replace(model, agreement=_agreement(reference, model, held_out, options))
    used = len(calibration) if options.precision is Precision.INT8 else 0
    return PreparedReport(model=model, calibration_passages=used)


def _passages(
    reference: "SentenceTransformerEmbedder", texts: Sequence[str], options: PrepareOptions
) -> tuple[list[str], list[str]]:
    """Return the passages to calibrate with and, apart from them, those to measure with.

    Every third is cut down to the length of a query: ranges taken from full windows alone suit
    queries less.
    """
    budget = reference.spec.passage_budget
    cut = partial(cut_text, token_spans=reference.token_spans)
    every = (part for text in texts for part in cut(text, budget=budget))
    parts = list(dict.fromkeys(part for part in every if part.strip()))
    if len(parts) < 2:
        raise CalibrationError(passages=len(parts), least=2)
    total = options.calibration_passages + options.held_out_passages
    wanted = min(len(parts), total)
    even = np.linspace(0, len(parts) - 1, wanted).round().astype(int)
    short = max(1, budget // _SHORTER)
    chosen = [
        cut(parts[place], budget=short)[0] if i % 3 == 2 else parts[place]
        for i, place in enumerate(even)
    ]
    held_out = max(1, wanted * options.held_out_passages // total)
    measured = set(np.linspace(0, wanted - 1, held_out).round().astype(int).tolist())
    return (
        [text for i, text in enumerate(chosen) if i not in measured],
        [text for i, text in enumerate(chosen) if i in measured],
    )


def _write_graph(
    reference: "SentenceTransformerEmbedder",
    folder: Path,
    calibration: Sequence[str],
    options: PrepareOptions,
) -> None:
    from models.convert import convert, quantize, save

    graph = convert(reference.model, name=reference.spec.name)
    if options.precision is Precision.INT8:
        prompt = reference.spec.passage_prompt
        graph = quantize(graph, [reference.tokens.ids(prompt + text) for text in calibration])
    save(graph, folder / GRAPH)


def _describe(
    reference: "SentenceTransformerEmbedder", folder: Path, options: PrepareOptions
) -> PreparedModel:
    files = {name: facts_of(folder / name) for name in FILES}
    runtime = f"openvino-{options.precision.value}"
    spec = replace(reference.spec, runtime=runtime, fingerprint="")
    spec = replace(spec, fingerprint=fingerprint(spec, files))
    origin = Path(reference.spec.name)
    weights = origin / _WEIGHTS
    return PreparedModel(
        name=spec.name,
        folder=folder,
        spec=spec,
        files=files,
        source=Source(
            name=options.source_name or origin.name,
            weights_sha256=facts_of(weights).sha256 if weights.is_file() else None,
            licence=options.licence or _licence(origin / CARD),
        ),
        agreement=Agreement(texts=0, cosine_mean=0.0, cosine_min=0.0),
    )


def _licence(card: Path) -> str | None:
    """Return the licence a model card names in its front matter."""
    if not card.is_file():
        return None
    found = re.search(r"^license:\s*(\S+)\s*$", card.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else None


def _agreement(
    reference: "SentenceTransformerEmbedder",
    model: PreparedModel,
    texts: Sequence[str],
    options: PrepareOptions,
) -> Agreement:
    from models.runtime import PreparedEmbedder

    prepared = PreparedEmbedder.assemble(model, threads=options.threads)
    pairs = prepared.embed_passages(texts) * reference.embed_passages(texts)
    cosines = pairs.sum(axis=1, dtype=np.float64)
    return Agreement(
        texts=len(texts),
        cosine_mean=round(float(cosines.mean()), 5),
        cosine_min=round(float(cosines.min()), 5),
    )


def _card(report: PreparedReport) -> str:
    """Return the model card."""
    model, spec, near = report.model, report.model.spec, report.model.agreement
    calibrated = f", calibrated on {report.calibration_passages} passages of court opinions"
    return f"""# {model.source.name}, prepared

| | |
|---|---|
| Source | {model.source.name} |
| Weights of the source, SHA-256 | `{model.source.weights_sha256 or "unknown"}` |
| Licence of the weights | {model.source.licence or "unknown"} |
| Vectors | {spec.dim} numbers, length 1 |
| Window | {spec.window} tokens, {spec.special_tokens} special tokens included |
| Prompts | query {spec.query_prompt!r}, passage {spec.passage_prompt!r} |
| Runs on | {spec.runtime} |
| Agreement with the source | cosine {near.cosine_mean:.4f} mean, {near.cosine_min:.4f} least, on {near.texts} other passages |

Made by `opinion-search models prepare`: pooling and normalisation are part of the graph, its numbers
are {spec.runtime.removeprefix("openvino-")}{calibrated if report.calibration_passages else ""}. `spec.json` names the SHA-256 of each file; a file
that differs is refused when the model is loaded.
"""
