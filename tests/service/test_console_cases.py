"""What the command line shows of cases, of missing phrases and of words that stand elsewhere."""

import json

from service import console
from tests.service.command_line import fails, run
from tests.service.test_console import hit


def show(capsys, **found: object) -> list[str]:
    answer = {"no_match": False, "hits": [], "groups": None, **found}
    console.show_answer(json.dumps(answer).encode(), as_json=False)
    return list(capsys.readouterr().out.splitlines())


def group(rank: int, **lanes: object) -> dict[str, object]:
    return {"rank": rank, "score": 0.9251, "case": {"name": "Terry v. Ohio"}, "lanes": lanes}


def test_a_case_shows_a_passage_for_each_lane_or_says_that_it_has_none(capsys):
    lines = show(capsys, groups=[group(1, facts=hit(1), analysis=None), group(2, facts=hit(1))])

    assert lines[:2] == ["  1. Terry v. Ohio  [0.93]", "   facts:"]
    assert lines[2].startswith("  1. Floyd v. City of Detroit")
    assert lines.count("   analysis: none") == 1
    assert lines[lines.index("") + 1] == "  2. Terry v. Ohio  [0.93]"
    assert " ".join(lines).count("word") == 120


def test_a_phrase_that_nothing_has_is_the_first_thing_said(capsys):
    lines = show(capsys, hits=[hit(1)], phrases_not_found=["so quoted", "and this"])

    assert lines[0] == "No passage has “so quoted”; its words were searched for instead."
    assert lines[2].startswith("No passage has “and this”")
    assert lines[4].startswith("  1. Floyd")


def test_where_else_the_words_stand_follows_them(capsys):
    other = {"cite": "Near v. Minnesota, 283 U.S. 697 (1931)", "passage_id": "near:0-9"}
    lines = show(capsys, hits=[{**hit(1), "also_quoted_in": [other]}])

    assert lines[-1] == "     also in Near v. Minnesota, 283 U.S. 697 (1931)  near:0-9"


def test_the_command_answers_with_cases_when_lanes_are_asked_for(index):
    asked = ("search", "unarmed man", "--index", index, "--lane", "facts", "--lane", "introduction")
    answer = json.loads(run(*asked, "--json").stdout)

    assert answer["hits"] == []
    assert [list(one["lanes"]) for one in answer["groups"]] == [["facts", "introduction"]] * 3
    lines = run(*asked).stdout.splitlines()
    assert [line for line in lines if line.startswith("  1. ")]
    assert sum(line.startswith("   facts:") for line in lines) == 3


def test_a_lane_that_is_no_role_is_refused_by_its_option(index):
    fails(run("search", "x", "--index", index, "--lane", "reasons"), 2, "--lane", "facts")
