"""Only new cases are cut again, and nobody can tell from the index."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pytest
import zstandard

from indexer import cut_again, cutting
from indexer.build import BuildReport, merged
from indexer.cut_again import KnownCuts, cut_new, program_digest
from indexer.cutting import CutCase, Cutter, by_voice
from indexer.records import CaseRecord, Citation, PassageLimits
from indexer.sources import Refused
from indexer.store.files import CACHE, LEXICAL
from indexer.store.made_cache import MadeCache
from tests.embedders import WordHashEmbedder
from tests.indexer.corpora import LIMITS, build_small, case, cases
from tests.indexer.store.making import opinion, record
from tests.indexer.test_build import content, lexical_answers

CUTTER = Cutter(token_spans=WordHashEmbedder().token_spans, limits=LIMITS)
PRINT = "f" * 64
COMPILED = shutil.ignore_patterns("__pycache__")
CITING = (
    "Force is judged at the scene. Graham v. Connor, 490 U.S. 386, 396 (1989) (\u201creasonable\u201d). "
    "The officer\u2019s \U0001f6a8 was on. Id. at 397.\n\nI dissent. See Graham, 490 U.S., at 399."
)


@pytest.fixture
def cache(tmp_path) -> Iterator[MadeCache]:
    with MadeCache(tmp_path, "a") as opened:
        yield opened


@pytest.fixture
def cut(monkeypatch) -> list[str]:
    """Return a list to which the ids of cases are added as they are cut."""
    done: list[str] = []
    really = cutting.Cutter.cut

    def noting(self: Cutter, record: CaseRecord) -> CutCase | Refused:
        done.append(record.case.id)
        return really(self, record)

    monkeypatch.setattr(cutting.Cutter, "cut", noting)
    return done


def files_of(report: BuildReport) -> dict[str, str]:
    """Return the checksums of a build's files, but for tantivy's, which have random names."""
    files = report.manifest.files.items()
    return {name: facts.sha256 for name, facts in files if not name.startswith(LEXICAL)}


def citing(name: str) -> CaseRecord:
    return record(name, opinion(f"{name}-1", CITING, case_id=name))


@pytest.mark.parametrize("given", [*cases(3), citing("x")], ids=lambda one: one.case.id)
def test_what_was_cut_comes_back_as_it_was(cache, given) -> None:
    known, made = KnownCuts(cache, CUTTER, fingerprint=PRINT), CUTTER(given)
    assert isinstance(made, CutCase)
    digest = known.digest_of(made.record)
    assert digest is not None
    assert known.get(digest, made.record) is None
    known.put(digest, made)
    again = known.get(digest, made.record)
    assert again == made
    assert again is not made
    assert all(type(one) is Citation for cited in again.cited for one in cited)


@pytest.mark.parametrize("helpers", [0, 2])
def test_a_build_from_what_was_cut_is_the_same_to_the_byte(tmp_path, helpers, monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))  # for the helpers
    corpus = [*cases(4), citing("x"), citing("y")]
    cold, warm = tmp_path / "cold", tmp_path / "warm"
    build_small([*cases(3), citing("y")], warm)
    reports = [build_small(corpus, root, helpers=helpers) for root in (cold, warm, warm)]
    assert files_of(reports[0]) == files_of(reports[1]) == files_of(reports[2])
    assert lexical_answers(cold) == lexical_answers(warm)
    assert content(cold) == content(warm)
    calibrations = [report.manifest.calibration for report in reports]
    assert calibrations == [calibrations[0]] * 3


def test_only_what_is_new_is_cut(tmp_path, cut) -> None:
    build_small(cases(3), tmp_path)
    changed = replace(case("case001", voices=2), opinions=case("case001").opinions)
    added = [changed, *cases(1, prefix="new")]
    build_small(merged(tmp_path, added, replaced=frozenset({"case001"})), tmp_path)
    assert cut == ["case000", "case001", "case002", "case001", "new000"]
    build_small(merged(tmp_path, [], replaced=frozenset({"new000"})), tmp_path)
    assert len(cut) == 5


def test_cuts_of_no_kept_build_are_forgotten(tmp_path, cut) -> None:
    build_small(cases(2), tmp_path, keep=2)
    for _ in range(2):
        build_small(cases(1), tmp_path, keep=2)
    build_small(cases(2), tmp_path, keep=2)
    assert cut == ["case000", "case001", "case001"]


def test_other_limits_another_model_or_program_cut_anew(cache, monkeypatch) -> None:
    wide = replace(CUTTER, limits=PassageLimits(max_tokens=40, target_tokens=33))
    given = by_voice(case("a"))
    digests = {
        KnownCuts(cache, cutter, fingerprint=fingerprint).digest_of(given)
        for cutter, fingerprint in [(CUTTER, PRINT), (wide, PRINT), (CUTTER, "e" * 64)]
    }
    monkeypatch.setattr(cut_again, "program_digest", lambda: "another")
    digests.add(KnownCuts(cache, CUTTER, fingerprint=PRINT).digest_of(given))
    assert len(digests) == 4


def test_the_program_is_known_by_its_source(tmp_path, monkeypatch) -> None:
    copy = tmp_path / "indexer" / "cut_again.py"
    shutil.copytree(Path(cut_again.__file__).parent, copy.parent, ignore=COMPILED)
    shutil.copytree(
        Path(cut_again.__file__).parents[1] / "models", tmp_path / "models", ignore=COMPILED
    )
    monkeypatch.setattr(cut_again, "__file__", str(copy))
    here = program_digest()
    assert program_digest.__wrapped__() == here
    with (tmp_path / "indexer" / "passages.py").open("a") as file:
        file.write("\n")
    assert program_digest.__wrapped__() != here


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"torn",
        *map(zstandard.compress, [b"[]", b"{}", b'{"passages":[]}', b'{"passages":[[[1]]]}']),
    ],
)
def test_what_cannot_be_read_is_cut_anew(cache, data) -> None:
    known, given = KnownCuts(cache, CUTTER, fingerprint=PRINT), by_voice(case("a"))
    digest = known.digest_of(given)
    assert digest is not None
    cache.put(digest, data)
    assert list(cut_new([given], CUTTER, known)) == [CUTTER(given)]
    assert known.get(digest, given) == CUTTER(given)


@pytest.mark.parametrize("strange", ["half \ud800", 1 << 70, {1: 2}, np.int64(3)])
def test_a_case_that_json_cannot_hold_is_cut_and_not_kept(cache, strange) -> None:
    plain = case("a")
    given = replace(plain, case=replace(plain.case, extra={"strange": strange}))
    known = KnownCuts(cache, CUTTER, fingerprint=PRINT)
    with pytest.raises(TypeError):
        orjson.dumps(strange)
    (made,) = cut_new([given], CUTTER, known)
    assert made == CUTTER(given)
    assert len(cache) == 0


def test_order_and_refusals_are_kept(cache) -> None:
    known = KnownCuts(cache, CUTTER, fingerprint=PRINT)
    refused = Refused(place="a:1", reason="not JSON", case_id=None)
    first = list(cut_new([*cases(2), refused, case("z")], CUTTER, known))
    second = list(cut_new([case("new"), *cases(2), refused, case("z")], CUTTER, known))
    assert second[1:] == first
    assert [one if isinstance(one, Refused) else one.record.case.id for one in second] == [
        "new", "case000", "case001", refused, "z",
    ]  # fmt: skip
    assert len(cache) == 4


def test_the_cache_is_one_file_beside_that_of_the_vectors(tmp_path) -> None:
    build_small(cases(1), tmp_path)
    assert sorted(path.name for path in (tmp_path / CACHE).iterdir())[1:] == ["cuts.sqlite"]
