"""A sentence-transformers model → an OpenVINO graph from token numbers to unit vectors. Needs torch."""

import inspect
import logging
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from sentence_transformers import SentenceTransformer

from models.errors import UnsupportedModelError
from models.quiet_openvino import openvino

_CHAIN: Final = ("Transformer", "Pooling", "Normalize")
_SMOOTHING: Final = 0.8
"""Measured on all-MiniLM-L6-v2: least cosine to fp32 .9956; .9946 at NNCF's own .95, .978 at .5."""
_POOLINGS: Final = ("mean", "cls")


class _Graph(torch.nn.Module):  # type: ignore[misc]
    """Transformer, pooling and normalisation in one; where the mask is 0 any number may stand."""

    def __init__(self, transformer: Any, *, pooling: str, pad_id: int) -> None:
        super().__init__()
        self.transformer = transformer
        self.pooling = pooling
        self.pad_id = pad_id
        self.takes_types = "token_type_ids" in inspect.signature(transformer.forward).parameters

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:
        """Return unit rows, one a text."""
        # Some transformers count positions by the padding they see.
        ids = input_ids.masked_fill(attention_mask == 0, self.pad_id)
        more = {"token_type_ids": torch.zeros_like(ids)} if self.takes_types else {}
        states = self.transformer(input_ids=ids, attention_mask=attention_mask, **more)[0]
        if self.pooling == "cls":
            pooled = states[:, 0]
        else:
            kept = attention_mask.unsqueeze(-1).to(states.dtype)
            pooled = (states * kept).sum(1) / kept.sum(1)
        return torch.nn.functional.normalize(pooled, dim=1)


def convert(model: SentenceTransformer, *, name: str) -> Any:
    """Return the fp32 OpenVINO model; inputs ``input_ids`` and ``attention_mask``, any shape.

    Raises `UnsupportedModelError` for modules other than a transformer, mean or CLS pooling and
    normalisation.
    """
    graph = _Graph(
        model[0].auto_model,
        pooling=_pooling(model, name=name),
        pad_id=int(model.tokenizer.pad_token_id or 0),
    ).eval()
    example = {
        "input_ids": torch.ones((2, 16), dtype=torch.int64),
        "attention_mask": torch.ones((2, 16), dtype=torch.int64),
    }
    shapes = [(key, [-1, -1], openvino.Type.i64) for key in example]
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openvino.convert_model(graph, example_input=example, input=shapes)


def quantize(graph: Any, texts: Sequence[npt.NDArray[np.int64]]) -> Any:
    """Return ``graph`` in int8, its ranges taken from the token numbers of ``texts``."""
    import nncf  # which would import openvino before it is made quiet

    advanced = nncf.quantization.advanced_parameters
    nncf.set_log_level(logging.ERROR)
    inputs = [{"input_ids": ids[None], "attention_mask": np.ones_like(ids[None])} for ids in texts]
    return nncf.quantize(
        graph,
        nncf.Dataset(inputs),
        model_type=nncf.ModelType.TRANSFORMER,
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(inputs),
        advanced_parameters=advanced.AdvancedQuantizationParameters(
            smooth_quant_alphas=advanced.AdvancedSmoothQuantParameters(matmul=_SMOOTHING)
        ),
    )


def save(graph: Any, path: Path) -> None:
    """Write ``graph`` to ``path`` and its numbers beside it, with the suffix ``.bin``.

    Operations are named by their place: the names they come with count all graphs of the process.
    """
    graph.set_friendly_name(path.stem)
    for place, operation in enumerate(graph.get_ordered_ops()):
        operation.set_friendly_name(f"{operation.get_type_name()}_{place}")
    openvino.save_model(graph, path, compress_to_fp16=False)


def _pooling(model: SentenceTransformer, *, name: str) -> str:
    """Return how token states become one vector, after looking whether the graph can say it all."""
    chain = tuple(type(module).__name__ for module in model)
    if chain not in (_CHAIN[:2], _CHAIN):
        raise UnsupportedModelError(name, f"it is a chain of {', '.join(chain)}")
    pooling = model[1].pooling_mode
    if pooling not in _POOLINGS:
        raise UnsupportedModelError(name, f"it pools by {pooling}")
    if not model[1].include_prompt and any(model.prompts.values()):
        raise UnsupportedModelError(name, "it leaves its prompts out of the mean")
    return str(pooling)
