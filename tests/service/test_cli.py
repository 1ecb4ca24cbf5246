"""What is typed, what is printed where, and the exit code. The model is a stand-in, the rest is real."""

import json
import re
from pathlib import Path

import pytest

from indexer.store.files import current_build, list_builds
from tests.service.command_line import CASES, fails, hits, line, run

pytestmark = pytest.mark.usefixtures("surroundings")


# building


def test_a_build_says_what_it_holds_on_standard_output(source, tmp_path):
    done = run("build", source, "--index", tmp_path / "index")

    assert done.exit_code == 0
    assert done.stderr == ""
    build_id = current_build(tmp_path / "index")
    assert done.stdout.startswith(f"build {build_id}: 3 cases, 3 opinions, ")
    assert "(3 embedded, 0 from the cache)" in done.stdout


def test_the_model_and_the_index_may_come_from_the_environment(source, tmp_path):
    index = str(tmp_path / "elsewhere")
    surroundings = {"OPINION_SEARCH_INDEX": index, "OPINION_SEARCH_MODEL": "other"}
    assert run("build", source, **surroundings).exit_code == 0

    shown = json.loads(run("info", OPINION_SEARCH_INDEX=index, OPINION_SEARCH_JSON="1").stdout)
    assert shown["model"]["name"] == "other"
    assert shown["sources"] == ["cases.jsonl"]
    assert shown["build_id"] == current_build(Path(index))


def test_without_a_word_about_it_the_index_is_data_index(source, tmp_path):
    assert run("build", source).exit_code == 0
    assert current_build(tmp_path / "data" / "index")


def test_a_refused_source_is_named_and_the_rest_is_indexed(source, tmp_path):
    with source.open("a") as file:
        file.write("not json\n" + line("", "no id") + "\n")
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    done = run("build", source, tmp_path / "latin.txt", "--index", tmp_path / "index")

    assert done.exit_code == 3
    assert done.stdout.splitlines()[0].endswith("; 3 refused")
    told = done.stderr.splitlines()
    assert [words.split(": ")[0] for words in told] == ["refused"] * 3
    assert f"{source}:4" in told[0]
    assert f"{source}:5" in told[1]
    assert "not UTF-8" in told[2]
    build = tmp_path / "index" / "builds" / current_build(tmp_path / "index")
    kept = list(map(json.loads, (build / "refused.jsonl").read_text().splitlines()))
    assert [f"refused: {one['place']}: {one['reason']}" for one in kept] == told


def test_when_everything_is_refused_nothing_is_published_and_each_reason_is_told(tmp_path):
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    done = run("build", tmp_path / "latin.txt", "--index", tmp_path / "index")

    assert (done.exit_code, done.stdout) == (1, "")
    refused, failed = done.stderr.splitlines()
    assert refused.startswith(f"refused: {tmp_path / 'latin.txt'}: not UTF-8")
    assert failed.startswith("opinion-search: no opinion to index was found")
    assert list_builds(tmp_path / "index") == []


def test_a_source_that_is_not_there_fails_before_a_model_is_loaded(tmp_path, monkeypatch):
    monkeypatch.setattr("models.load.load_embedder", lambda *_, **__: pytest.fail("loaded"))

    fails(run("build", "nowhere", "--index", "index"), 1, "nowhere", "check the path")
    assert not (tmp_path / "index").exists()


def test_an_empty_folder_is_no_corpus(tmp_path):
    (tmp_path / "empty").mkdir()

    fails(run("build", "empty", "--index", "index"), 1, "no opinion", "name a JSON Lines file")


def test_an_index_cannot_be_where_a_file_is(source, tmp_path):
    (tmp_path / "file").write_text("mine")

    fails(run("build", source, "--index", "file"), 1, "a file stands where a folder is needed")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_read_only_target_is_said_to_be_one(source, tmp_path, monkeypatch):
    """The file system refuses; being root, these tests could not be refused otherwise."""

    def refuse(self, *_, **__):
        raise OSError(30, "Read-only file system", str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    fails(run("build", source, "--index", "index"), 1, "read-only", "free some space or name")


# changing the corpus


def test_add_adds_and_replaces_by_id(index, tmp_path):
    more = tmp_path / "more.jsonl"
    more.write_text(line("boat", "A drone filmed the yacht.") + "\n" + line("new", "A dog barked."))
    done = run("add", more, "--index", index)

    assert done.exit_code == 0, done.stderr
    assert "4 cases" in done.stdout
    assert hits(index, '"drone filmed"') == ["boat"]
    lake = json.loads(run("search", '"the lake"', "--index", index, "--json").stdout)
    assert lake["phrases_not_found"] == ["the lake"]
    shown = json.loads(run("info", "--index", index, "--json").stdout)
    assert shown["sources"] == ["cases.jsonl", "more.jsonl"]


def test_add_says_what_it_refused_once(index, tmp_path):
    more = tmp_path / "more.jsonl"
    more.write_text(line("new", "A dog barked.") + "\n{}\n")
    done = run("add", more, "--index", index)

    assert done.exit_code == 3
    assert done.stderr.count("refused:") == 1
    assert "1 refused" in done.stdout


def test_add_publishes_nothing_when_it_can_read_nothing(index, tmp_path):
    before = list_builds(index)
    (tmp_path / "more.jsonl").write_text("{}\n")
    done = run("add", tmp_path / "more.jsonl", "--index", index)

    assert (done.exit_code, done.stdout) == (1, "")
    assert [words.split(":")[0] for words in done.stderr.splitlines()] == [
        "refused", "opinion-search"
    ]  # fmt: skip
    assert list_builds(index) == before


def test_remove_takes_cases_out(index):
    assert run("remove", "boat", "shot", "boat", "--index", index).exit_code == 0
    assert hits(index, "officer") == ["frisk"]


def test_remove_of_an_unknown_case_changes_nothing(index):
    before = current_build(index)

    fails(run("remove", "boat", "nobody", "--index", index), 1, "'nobody'", "ids come with")
    assert current_build(index) == before


def test_the_last_case_cannot_be_removed(index):
    fails(run("remove", *CASES, "--index", index), 1, "would leave no case", "delete the folder")
    assert len(hits(index, "officer")) == 3


def test_rollback_goes_back_and_stops_at_the_oldest(index):
    first = current_build(index)
    run("remove", "boat", "--index", index)
    done = run("rollback", "--index", index)

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"{index}: current build is now {first}\n"
    fails(run("rollback", "--index", index), 1, "no build older", "build again")


@pytest.mark.parametrize(
    "words",
    [["add", "{source}"], ["remove", "x"], ["search", "x"], ["verify"], ["info"], ["rollback"]],
)
def test_without_an_index_every_command_says_how_to_make_one(words, source, tmp_path):
    asked = [word.format(source=source) for word in words]

    fails(
        run(*asked, "--index", "nowhere"),
        1,
        "nowhere: there is no such folder",
        "run `opinion-search build SOURCE --index nowhere`",
    )
    assert not (tmp_path / "nowhere").exists(), "asking leaves nothing behind"


# asking


def test_an_answer_for_people_names_case_place_and_words(index):
    done = run("search", "unarmed man in his garden", "--index", index, "-k", "2")

    assert (done.exit_code, done.stderr) == (0, "")
    first = done.stdout.splitlines()[:3]
    assert re.match(r"  1\. Shot \(6th Cir\. 2005\)  \[[01]\.\d\d (high|medium|low)\]$", first[0])
    assert first[1].endswith(" shot-lead:0-46")
    assert first[2].strip() == CASES["shot"]
    assert len(re.findall(r"^ *\d+\. ", done.stdout, re.MULTILINE)) == 2


def test_filters_add_up_and_may_come_from_the_environment(index):
    assert hits(index, "officer", "--filter", "case_id=frisk") == ["frisk"]
    both = ("--filter", "case_id=frisk", "--filter", "case_id=boat")
    assert sorted(hits(index, "officer", *both)) == ["boat", "frisk"]
    assert hits(index, "officer", *both, "--filter", "date_filed.gte=2006") == []
    done = run("search", "officer", "--index", index, OPINION_SEARCH_FILTER="case_id=boat court=ca6",
               OPINION_SEARCH_JSON="1", OPINION_SEARCH_K="1")  # fmt: skip
    assert [hit["case"]["id"] for hit in json.loads(done.stdout)["hits"]] == ["boat"]


def test_when_nothing_passes_the_filters_it_says_so(index):
    done = run("search", "officer", "--index", index, "--filter", "date_filed.lte=1999")

    assert done.exit_code == 0
    assert done.stdout == "No passage of this index fits the filters and the quoted phrases.\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([""], ("QUERY: is empty", "write what you are looking for")),
        (["  "], ("QUERY: is empty",)),
        (["x" * 20_001], ("query:", "at most 20000 characters")),
        (["q", "--filter", "year=2005"], ("--filter year", "known here: court, binding_on")),
        (["q", "--filter", "court"], ("'court' is not NAME=VALUE", "--filter court=ca6")),
        (["q", "--filter", "=ca6"], ("'=ca6' is not NAME=VALUE",)),
        (["q", "--filter", "court="], ("'court=' is not NAME=VALUE",)),
        (["q", "--filter", "section_role=fact"], ("--filter section_role", "'facts'")),
        (["q", "--filter", "date_filed=2005"], ("write date_filed.gte=",)),
        (["q", "--filter", "date_filed.gt=2005"], ("write date_filed.gte=",)),
        (["q", "--filter", "date_filed.gte=May"], ("write YYYY-MM-DD, YYYY-MM or YYYY",)),
        (["q", "--filter", "binding_on=ca6", "--filter", "binding_on=ca9"], ("give it once",)),
        (["q", "--filter", "court=ca6", "--filter", "court.x=1"], ("--filter court.x", "known")),
        (["q", "--filter", "cites=Graham"], ("is not one citation",)),
    ],
)
def test_wrong_words_in_a_question_are_told_in_one_line(index, words, told):
    fails(run("search", *words, "--index", index), 2, *told)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["search", "q", "-k", "0"], ("'-k'", "OPINION_SEARCH_K")),
        (["search", "q", "-k", "101"], ("'-k'", "100")),
        (["search", "q", "-k", "ten"], ("'-k'", "integer")),
        (["search"], ("'QUERY'",)),
        (["build"], ("'SOURCE'",)),
        (["build", "x", "--jobs", "0"], ("'--jobs'", "1")),
        (["remove"], ("'ID'",)),
        (["serve", "--port", "65536"], ("'--port'", "65535")),
        (["serve", "--workers", "0"], ("'--workers'", "1")),
        (["serve", "now"], ("now",)),
        (["models", "prepare", "x"], ("'--target'",)),
        (["info", "--index"], ("--index",)),
        (["verify", "--fast"], ("--fast",)),
        (["mcp", "now"], ("now",)),
        (["serch", "q"], ("serch",)),
    ],
)
def test_wrong_words_on_the_command_line_are_told_in_the_last_line(words, told):
    done = run(*words)

    assert (done.exit_code, done.stdout) == (2, "")
    last = done.stderr.splitlines()[-1]
    assert last.startswith("Error: ")
    for word in told:
        assert word in last
