"""Tiny sentence-transformers models with random weights, for tests that need torch but no package."""

from pathlib import Path
from string import ascii_lowercase, digits
from typing import Any

from tests.contracts import PASSAGES, WORDS

MARKS = "§¶—“”.;,:()-'"
PROMPTS = {"query": "query: ", "document": "passage: "}


def save_tiny(
    folder: Path,
    *,
    kind: str = "bert",
    pooling: str = "mean",
    normalize: bool = True,
    prompts: dict[str, str] | None = None,
) -> Path:
    """Save a model of two layers and 32 dimensions that reads 128 tokens, and return ``folder``."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

    torch.manual_seed(0)
    _save_transformer(folder / "parts", kind)
    modules = [Transformer(str(folder / "parts"), max_seq_length=128), Pooling(32, pooling)]
    if normalize:
        modules.append(Normalize())
    model = SentenceTransformer(modules=modules, device="cpu", prompts=prompts)
    model.save(str(folder / "model"))
    return folder / "model"


def _save_transformer(folder: Path, kind: str) -> None:
    import transformers

    folder.mkdir(parents=True)
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(_vocabulary()), encoding="utf-8")
    sizes: dict[str, Any] = {
        "vocab_size": len(_vocabulary()),
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 160,
        "initializer_range": 0.3,
    }
    special = {f"{n}_token": f"[{n.upper()}]" for n in ("pad", "unk", "cls", "sep", "mask")}
    if kind == "mpnet":
        config: Any = transformers.MPNetConfig(pad_token_id=1, **sizes)
        model: Any = transformers.MPNetModel(config)
        special |= {"bos_token": "[CLS]", "eos_token": "[SEP]"}
        tokenizer: Any = transformers.MPNetTokenizerFast(vocab=str(vocabulary), **special)
    else:
        model = transformers.BertModel(transformers.BertConfig(pad_token_id=1, **sizes))
        tokenizer = transformers.BertTokenizerFast(vocab=str(vocabulary), **special)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _vocabulary() -> list[str]:
    """Words of the contract's texts, and letters to spell every other; padding is number 1."""
    letters = [*ascii_lowercase, *digits, *MARKS]
    known = [word for text in PASSAGES for word in text.lower().split() if word.isalpha()]
    words = [*WORDS, *known, "query", "passage", *letters, *(f"##{letter}" for letter in letters)]
    return list(dict.fromkeys(["[UNK]", "[PAD]", "[CLS]", "[SEP]", "[MASK]", *words]))
