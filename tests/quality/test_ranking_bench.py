import json
from pathlib import Path

import numpy as np
import pytest

from tests.embedders import WordHashEmbedder
from tests.quality import ranking_bench, ranking_peers
from tests.quality.ranking_runs import DENSE, FLAT, OURS, RRF, UNQUOTED, WINDOWS, WORDS

SUBJECTS = (
    "vessel cargo harbor collision",
    "patent claim invention license",
    "lease tenant landlord rent",
    "testator estate heir codicil",
    "officer warrant search vehicle",
    "carrier tariff freight railroad",
)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "cases.jsonl"
    with path.open("w") as file:
        for place, words in enumerate(SUBJECTS):
            text = f"The court speaks at length of {words} and then decides the matter. " * 30
            case = {"id": f"case-{place}", "case_name": f"Roe v. Company {place}"}
            more = {
                "citations": [f"{300 + place} U.S. 1"],
                "opinions": [{"text": text, "type": "lead"}],
            }
            file.write(json.dumps({**case, **more}) + "\n")
    return path


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    path = tmp_path / "plain.jsonl"
    with path.open("w") as file:
        for place, words in enumerate(SUBJECTS):
            line = {"id": f"q{place}", "query": f'a question of "{words}"'}
            file.write(json.dumps({**line, "relevant": [f"case-{place}"]}) + "\n")
    return path


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking_bench, "load_embedder", lambda _: WordHashEmbedder(window=64))
    monkeypatch.setattr(ranking_peers, "find_spec", lambda _: None)


def test_everything_is_measured_printed_and_written(corpus, judged, tmp_path, capsys):
    out = tmp_path / "results" / "quality-abc.json"

    ranking_bench.main(
        corpus=[corpus],
        cache=tmp_path / "cache",
        judged=[judged],
        honesty=True,
        exact=True,
        peers=True,
        commit="abc",
        out=out,
    )

    written = json.loads(out.read_text())
    assert (written["commit"], written["corpus"]["cases"]) == ("abc", 6)
    measured = written["cases_ranked"]["plain"]
    sizes = [measured[half]["queries"] for half in ("choosing", "reporting")]
    assert sum(sizes) == 6
    assert set(measured["choosing"]["rows"]) == {WORDS, WINDOWS, DENSE, RRF, OURS, FLAT, UNQUOTED}
    assert measured["choosing"]["rows"][WORDS]["MRR@10"] == 1.0
    assert set(measured["absent_rows"]) >= {"Chroma", "txtai"}
    assert written["exact"]["right"] == written["exact"]["asked"]
    assert written["honesty"]["choosing"]["as_shipped"]["off_topic"] == 42
    printed = capsys.readouterr().out
    for told in ("plain", "choosing half", "requirements-peers.txt", "right first", "off topic"):
        assert told in printed


def test_peers_are_given_every_passage_in_row_order(corpus, judged, tmp_path, monkeypatch):
    given: list[ranking_peers.PeerInput] = []

    class Peer:
        name = "as given"

        def rows(self, text: str, k: int, /) -> list[int]:
            return list(range(min(k, len(given[0].texts))))

    def peers(found: ranking_peers.PeerInput):
        given.append(found)
        yield Peer()
        yield ranking_peers.Absent(name="other", reason="not here")

    monkeypatch.setattr(ranking_bench, "open_peers", peers)
    out = tmp_path / "out.json"

    ranking_bench.main(
        corpus=[corpus], cache=tmp_path / "cache", judged=[judged], peers=True, out=out
    )

    report = json.loads(out.read_text())["cases_ranked"]["plain"]
    assert report["choosing"]["rows"]["as given"]["recall@10"] == 1.0
    assert report["absent_rows"]["other"] == "not here"
    embedder = WordHashEmbedder(window=64)
    assert np.array_equal(given[0].vectors, embedder.embed_passages(given[0].texts))
    assert given[0].own_model is None
