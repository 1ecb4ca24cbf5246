"""A disk that refuses a model is told by the command in one line, as every other error."""

from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from models.publishing import published
from tests.service.command_line import CASES, fails, line, run

pytestmark = pytest.mark.usefixtures("surroundings")


def test_a_full_disk_while_a_model_is_prepared(tmp_path, monkeypatch):
    """The error of tokenizers has no number and no class of its own."""

    def prepare(_: str, target: Path, **__: object) -> None:
        with published(target) as part:
            (part / "tokenizer.json").symlink_to("/dev/full")
            Tokenizer(WordLevel({"a": 0}, unk_token="a")).save(str(part / "tokenizer.json"))

    opinions = tmp_path / "cases.jsonl"
    opinions.write_text("\n".join(line(name, text) for name, text in CASES.items()))
    monkeypatch.setattr("models.prepare.check_can_prepare", lambda *_: None)
    monkeypatch.setattr("models.prepare.prepare", prepare)
    done = run("models", "prepare", "a/b", "--target", tmp_path / "new", "--calibrate", opinions)

    fails(done, 1, f"{tmp_path / 'new'}: the disk is full", "free some space", "name a folder")
    assert not (tmp_path / "new").exists()
