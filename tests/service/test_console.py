import json
import os
import pty
import subprocess
import sys
import textwrap
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import typer

import service
from indexer import errors as of_indexer
from indexer.build import Progress
from indexer.cost import Cost
from indexer.records import Case, CaseRecord
from indexer.sources import Refused
from models import errors as of_models
from service import console
from service import errors as of_service
from tests.indexer.corpora import build_small, cases

ROOT = Path(service.__file__).parents[1]
WRONG_WORDS = (of_indexer.FilterError, of_service.QueryError, of_service.SettingsError)
FAILURES = [
    of_indexer.SourceError("a", "is not there"),
    of_indexer.EmptyCorpusError(refused=0),
    of_indexer.BuildLockedError(Path("index")),
    of_indexer.IndexWriteError(Path("index"), "the disk is full"),
    of_indexer.HelperError(-9),
    of_indexer.IndexMissingError(Path("index")),
    of_indexer.IndexCorruptError(Path("file"), "is torn"),
    of_indexer.NotInIndexError("case", "x"),
    of_models.UnknownModelError("x", known=("y",)),
    of_models.TargetExistsError("x"),
    of_service.NotReadyError("closed"),
    of_service.ListenError("localhost", 80, "permission denied"),
    of_indexer.FilterError("cites", "'x' is not one citation"),
    of_service.QueryError("k", "is 0"),
    of_service.SettingsError("there is no setting X"),
]


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
def test_a_failure_is_one_line_and_a_code(error, capsys):
    with pytest.raises(typer.Exit) as left, console.failures():
        raise error

    assert left.value.exit_code == (2 if isinstance(error, WRONG_WORDS) else 1)
    assert capsys.readouterr() == ("", f"opinion-search: {error}\n")


def test_a_message_of_several_lines_is_told_in_one(capsys):
    with pytest.raises(typer.Exit), console.failures():
        raise of_indexer.SourceError("a\nb", "is\r\n  torn")

    assert capsys.readouterr().err == "opinion-search: a b: is torn\n"


def test_what_nobody_foresaw_is_not_hidden():
    with pytest.raises(ZeroDivisionError), console.failures():
        raise ZeroDivisionError


def test_ctrl_c_is_told_in_the_words_of_the_command(capsys):
    with pytest.raises(typer.Exit) as left, console.failures("stopped; nothing is lost"):
        raise KeyboardInterrupt
    assert left.value.exit_code == 130
    assert capsys.readouterr() == ("", "opinion-search: stopped; nothing is lost\n")

    with pytest.raises(typer.Exit) as left, console.failures(code=0):
        raise KeyboardInterrupt
    assert left.value.exit_code == 0


def test_a_refusal_is_named_once_and_everything_is_handed_on(capsys):
    refused = Refused(place="a:1", reason="no text"), Refused(place="a:2", reason="no id")
    case = CaseRecord(case=Case(id="c", name="C"), opinions=())
    refusals = console.Refusals()

    assert list(refusals.watch([refused[0], case])) == [refused[0], case]
    assert list(refusals.watch([refused[0], case])) == [refused[0], case]
    refusals.tell(refused)

    assert capsys.readouterr() == ("", "refused: a:1: no text\nrefused: a:2: no id\n")


def test_a_refusal_is_named_before_the_next_record_is_read(capsys):
    records = console.Refusals().watch([Refused(place="a:1", reason="no text")] * 2)
    assert capsys.readouterr().err == ""
    next(records)
    assert capsys.readouterr().err == "refused: a:1: no text\n"


def advance(embedded: int) -> Progress:
    return Progress(cases=3, passages=900, embedded=embedded, from_cache=0)


def test_elsewhere_than_on_a_terminal_progress_is_a_plain_line_every_ten_seconds(
    monkeypatch, capsys
):
    now = [100.0]
    monkeypatch.setattr(console, "monotonic", lambda: now[0])
    with console.progress() as report:
        for second in range(26):
            now[0] = 100.0 + second
            report(advance(40 * second))

    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "3 cases, 400 of 900 passages embedded, 40 passages/s",
        "3 cases, 800 of 900 passages embedded, 40 passages/s",
    ]


def test_what_a_build_does_after_embedding_is_told_as_it_goes_on(monkeypatch, capsys):
    now = [100.0]
    monkeypatch.setattr(console, "monotonic", lambda: now[0])
    with console.progress() as report:
        for second in range(21):
            now[0] = 100.0 + second
            report(replace(advance(900), step=f"making the graph: {second} of 30 vectors"))

    assert capsys.readouterr().err.splitlines() == [
        "900 passages embedded, making the graph: 10 of 30 vectors",
        "900 passages embedded, making the graph: 20 of 30 vectors",
    ]


PROGRAM = textwrap.dedent(
    """
    import time
    from indexer.build import Progress
    from service import console
    with console.progress() as report:
        for done in (0, 450, 900):
            report(Progress(cases=3, passages=900, embedded=done, from_cache=0))
            time.sleep(0.2)
        report(Progress(cases=3, passages=900, embedded=900, from_cache=0, step="writing checksums"))
        time.sleep(0.2)
        console.complain("refused: a:1: no text")
    print("result")
    """
)


def on_a_terminal(**environment: str) -> tuple[str, str]:
    """Run the program with a terminal for standard error; return both outputs."""
    ours, theirs = pty.openpty()
    plain = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "TERM")}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdout=subprocess.PIPE,
        stderr=theirs,
        cwd=ROOT,
        text=True,
        env={**plain, "TERM": "xterm-256color", **environment},
    ) as process:
        os.close(theirs)
        shown = b""
        while part := _read(ours):
            shown += part
        os.close(ours)
        out, _ = process.communicate(timeout=30)
    return out, shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other side is closed
        return b""


def test_on_a_terminal_progress_is_a_bar_which_results_and_complaints_stay_clear_of():
    out, shown = on_a_terminal()

    assert out == "result\n"
    assert "900/900 passages embedded" in shown
    assert "writing checksums" in shown
    assert "━" in shown
    assert "refused: a:1: no text\r\n" in shown


def test_no_color_takes_the_colours_away_and_leaves_the_bar():
    colour = "\x1b[38;"
    assert colour in on_a_terminal()[1]

    _, shown = on_a_terminal(NO_COLOR="1")
    assert colour not in shown
    assert "900/900 passages embedded" in shown


def hit(rank: int) -> dict[str, object]:
    return {
        "rank": rank,
        "score": 0.8349,
        "confidence": "high",
        "cite": "Floyd v. City of Detroit, 518 F.3d 398 (6th Cir. 2008)",
        "section": {"path": ["ii.analysis", "whether"], "role": "analysis"},
        "passage": {"id": "floyd:0-300", "text": "word " * 60},
    }


def show(capsys, *, hits: int, no_match: bool = False) -> list[str]:
    found = {"no_match": no_match, "hits": [hit(rank) for rank in range(1, hits + 1)]}
    console.show_answer(json.dumps(found).encode(), as_json=False)
    shown = capsys.readouterr()
    assert shown.err == ""
    return list(shown.out.splitlines())


def test_a_hit_for_reading_is_its_cite_its_place_and_its_whole_text(capsys):
    first, place, *text = show(capsys, hits=1)

    assert first == "  1. Floyd v. City of Detroit, 518 F.3d 398 (6th Cir. 2008)  [0.83 high]"
    assert place == "     ii.analysis › whether (analysis)  floyd:0-300"
    assert " ".join(text).split() == ["word"] * 60
    assert max(map(len, text)) <= 105


def test_hits_are_parted_by_an_empty_line_and_the_first_line_is_the_best_hit(capsys):
    lines = show(capsys, hits=3)

    assert lines[0].startswith("  1. ")
    assert lines.count("") == 2
    assert lines[-1]


def test_a_weak_answer_says_so_and_an_empty_one_too(capsys):
    assert show(capsys, hits=1, no_match=True)[0].startswith(
        "Nothing in this index seems to answer"
    )
    assert show(capsys, hits=0, no_match=True) == [
        "No passage of this index fits the filters and the quoted phrases."
    ]


def test_json_is_what_the_service_would_have_sent(capsys):
    console.show_answer('{"query":"§ 1983"}'.encode(), as_json=True)

    assert capsys.readouterr() == ('{"query":"§ 1983"}\n', "")


COST = Cost(
    seconds=100.0,
    seconds_embedding=96.0,
    cpu_seconds=190.0,
    cpu_seconds_outside=19.0,
    peak_bytes=512_000_000,
)
TOLD = (
    "100.0 s, 4% of them without the model; 10% of the processor time outside it; "
    "512 MB of memory at the most"
)


def test_a_build_is_shown_with_its_cost(tmp_path, capsys) -> None:
    done = build_small(cases(2), tmp_path)
    console.show_build(replace(done, cost=COST))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"build {done.build_id}: 2 cases, 3 opinions, ")
    assert lines[1:] == [TOLD]


@pytest.mark.parametrize(("cost", "told"), [(asdict(COST), [TOLD]), ({}, []), ({"x": 1.0}, [])])
def test_a_manifest_is_shown_with_its_cost_where_it_is_known(tmp_path, capsys, cost, told) -> None:
    done = build_small(cases(1), tmp_path).manifest
    console.show_manifest(replace(done, cost=cost), as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert [line[16:].strip() for line in lines if line.startswith("cost ")] == told
