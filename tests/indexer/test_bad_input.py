"""Bad input, in the very words in which it is told: file, place, reason; the rest is indexed."""

import json
import os

import pytest

from indexer.records import CaseRecord
from indexer.sources import Noticed, Refused, read_sources
from indexer.store.files import BUILDS
from indexer.store.snapshot import Index
from indexer.store.verify import verify
from tests.indexer.bad_inputs import INPUTS, PROSE, neutral
from tests.indexer.corpora import build_small
from tests.indexer.sources.reading import write
from tests.service.command_line import run

_SKIPPED = (
    "skipped: neither text (.txt), nor a PDF, nor a web page (.html), nor records in JSON, nor "
    "CourtListener's objects or tables, nor a case of the Harvard Caselaw Access Project"
)
TOLD: dict[str, tuple[list[str], list[str]]] = {
    'empty text': ([], ['a.txt: the text is empty: there are no words in it']),
    'blank text': ([], ['a.txt: the text is empty: there are no words in it']),
    'empty lines': ([], ['a.jsonl: the file is empty: there is no record in it']),
    'empty page': ([], ['a.html: no opinion found: 0 words of running text (links and menus left out), at least 50 are expected; save the page that has the opinion itself']),
    'empty pdf': ([], ['a.pdf: the file is empty']),
    'empty zip': ([], ['a.zip: the archive has no sources in it']),
    'empty csv': ([], [f"opinions.csv: {_SKIPPED}"]),
    'gz cut': ([], ['a.jsonl.gz: cannot be read: torn or not what it says (Compressed file ended before the end-of-stream marker was reached); fetch the file again']),
    'xz cut': ([], ['a.jsonl.xz: cannot be read: torn or not what it says (Compressed file ended before the end-of-stream marker was reached); fetch the file again']),
    'bz2 cut': ([], ['a.jsonl.bz2: cannot be read: torn or not what it says (Compressed file ended before the end-of-stream marker was reached); fetch the file again']),
    'zst cut': ([], ['a.jsonl.zst: cannot be read: torn or not what it says (the file ends inside a frame); fetch the file again']),
    'zip cut': ([], ['a.zip: cannot be read: torn or not a zip archive (File is not a zip file); fetch the file again']),
    'tar cut': ([], ['a.tar: torn: nothing after this was read (unexpected end of data); fetch the file again', 'a.tar!a.jsonl: cannot be read: torn: the archive ends inside this file']),
    'tar.gz cut': ([], ['a.tar.gz: cannot be read: torn or not what it says (Compressed file ended before the end-of-stream marker was reached); fetch the file again']),
    'lines cut': (['whole'], ['a.jsonl:2: not JSON: unexpected end of data at character 40; the last line has no line end: was the file cut off?']),
    'list cut': (['whole'], ['a.json#2: not JSON: Unterminated string, in the value at character 155; the file ends here: was it cut off?; nothing after this was read']),
    'object cut': ([], ['a.json:1: not JSON: unexpected end of data at character 300; the last line has no line end: was the file cut off?']),
    'cap cut': ([], ['a.json:1: not JSON: unexpected end of data at character 300; the last line has no line end: was the file cut off?']),
    'csv cut': (['cl-7', 'cl-8'], ['opinions-2024-12-31.csv:5: not a row of this table (unexpected end of data); is it torn here?', 'opinion-clusters-2024-12-31.csv: 1 clusters have no opinion in the tables given; they are not indexed']),
    'pdf cut': ([], ['a.pdf: the PDF is torn: its end is missing; fetch the file again']),
    'scan': ([], ['a.pdf: no text layer: 0 words on 1 pages, running heads left out; run OCR first']),
    'text not utf-8': ([], ['a.txt: not UTF-8: byte 0xf1 at offset 2; save the file as UTF-8']),
    'text utf-16': ([], ['a.txt: not UTF-8: byte 0xff at offset 0; save the file as UTF-8']),
    'lines not utf-8': (['m'], ['a.jsonl:2: not UTF-8: byte 0xf1 at offset 155; save the file as UTF-8']),
    'csv not utf-8': (['cl-7'], ["opinions-2024-12-31.csv:4: not UTF-8: byte 0xf1 in the column 'plain_text'; save the file as UTF-8", "opinions-2024-12-31.csv:5: not UTF-8: byte 0xf1 in the column 'plain_text'; save the file as UTF-8", 'opinion-clusters-2024-12-31.csv: 2 clusters have no opinion in the tables given; they are not indexed']),
    'half a character': ([], ['a.json#1: opinions[0].text has half a character (a lone surrogate) at 1']),
    'soup': ([], ['a.html: no opinion found: 1 words of running text (links and menus left out), at least 50 are expected; save the page that has the opinion itself']),
    'nested soup': ([], ['a.html: its HTML has elements nested 10,001 deep, more than can be read in good time; are there tags that are never closed? close them, or give the text without markup']),
    'nested in a record': ([], ['a.jsonl:1: its HTML has elements nested 2,009 deep, more than can be read in good time; are there tags that are never closed? close them, or give the text without markup']),
    'script alone': ([], ['a.jsonl:1: opinions[0].text is empty: there are no words in it']),
    'page marks alone': ([], ['a.jsonl:1: opinions[0].text is empty: there is nothing but page marks in it']),
    'duplicate id': (['d'], ["a.jsonl:2: duplicate id 'd': the case at a.jsonl:1 has it and is kept; give each its own"]),
    'duplicate id elsewhere': (['d'], ["b/d.txt: duplicate id 'd': the case at a.jsonl:1 has it and is kept; give each its own"]),
    'duplicate opinion id': ([], ["a.jsonl:1: two opinions have the id 'd-1'; give each its own, or none"]),
    'the same twice': (['one'], ["a.jsonl:2: the same words as the case 'one' at a.jsonl:1, which is kept; give one of them"]),
    'the same in another format': (['b'], ["a.jsonl:1: the same words as the case 'b' at b.txt, which is kept; give one of them"]),
    'impossible date': ([], ["a.jsonl:1: date_filed: '2024-13-45' is an impossible date: month must be in 1..12; correct it or leave it out"]),
    'date in words': ([], ["a.jsonl:1: date_filed: 'May 15, 1989' is not an ISO 8601 date (2005, 2005-05 or 2005-05-31); correct it or leave it out"]),
    'no opinions': ([], ['a.jsonl:1: opinions is empty: a case needs at least one opinion with text']),
    'opinions missing': ([], ['a.jsonl:1: opinions is null; every record needs it']),
    'opinion without words': ([], ['a.jsonl:1: opinions[0].text is empty: there are no words in it']),
    'cap without casebody': ([], ['a.json:1: a case without its text (casebody); ask for full cases']),
    'cap not allowed': ([], ["a.json:1: a case without its text (casebody.status is 'error_not_found')"]),
    'cluster without opinions': ([], ['a.json:1: a cluster without its opinions: those are only links here; give them too']),
    'opinion of courtlistener without words': ([], ['a.json:1: opinion 71 has no text: none of html_with_citations, xml_harvard, html_columbia, html_lawbox, html_anon_2020, html, plain_text has words']),
    'id with a slash': ([], ["a.jsonl:1: id 'a/b' contains '/'; ids go into addresses, so white space, control characters and / ? # % : \\ are not allowed"]),
    'list in a line': ([], ['a.jsonl#1: not a JSON object but a number; one object a line is expected']),
    'metadata for no file': (['a'], ['metadata.jsonl:1: names a file that is not there: gone.txt']),
    'unknown court': (['u', 'v', 'w'], ["a.jsonl:1: court_id 'ca66' is no court of courts-db; did you mean ca6? (its 2 cases are indexed, but no court binds or is bound by it; give its court_id)"]),
    'combined and its parts': (['c'], ['a.jsonl:1: left out: combined: its words are in the others']),
    'impossible date of cap': (['cap-12334123'], ["a.json:1: decision_date '2024-13-45' is no date of the calendar; 2024 is used"]),
    'picture': ([], [f"a.png: {_SKIPPED}"]),
    'tar that goes back': (['beside', 'a'], ['a.tar: torn: nothing after this was read (a file of -512 bytes); fetch the file again']),
    'tar of a sparse file without its map': (['beside'], ['a.tar!a.txt: a sparse file, not read; pack the file itself']),
    'tar of headers': (['beside'], ['a.tar: torn: nothing after this was read (more than 16 headers before one file); fetch the file again']),
    'tar with a damaged header': (['a'], ['a.tar: torn: nothing after this was read (bad checksum); fetch the file again']),
    'endless number': (['after'], ['a.json#1: n is a number beyond all numbers']),
    'endless number, alone': ([], ['a.json: n is a number beyond all numbers']),
    'endless index of a page': (['p'], []),
    'endless count of citations': (['cl-7', 'cl-8'], ['opinion-clusters-2024-12-31.csv: 1 clusters have no opinion in the tables given; they are not indexed']),
    'endless id': ([], ['a.json:1: id has 4301 characters; 1 to 200 are allowed']),
    'endless name of a file': (['a'], [f"metadata.jsonl:1: names a file that is not there: {'n' * 300}.txt"]),
    'half a character in a field': (['after'], [
        'a.json#1: judges[0] has half a character (a lone surrogate) at 1',
        'a.json#2: citations[0] has half a character (a lone surrogate) at 0',
        'a.json#3: opinions[0].joined_by[0] has half a character (a lone surrogate) at 0',
        'a.json#4: panel.x[0] has half a character (a lone surrogate) at 0',
        'a.json#5: \\ud800 has half a character (a lone surrogate) at 0',
    ]),
    'nested field': (['after'], [f"a.jsonl:1: more{'[0]' * 25}[… has more than 100 lists and objects in one another"]),
    'crowded tag': ([], ['a.jsonl:1: its HTML has a tag with 30,000 attributes, more than can be read in good time; is a quotation mark missing? mend it, or give the text without markup']),
}  # fmt: skip
"""The ids of the cases that are indexed, and what is told."""
NOTICED = ("unknown court", "combined and its parts", "impossible date of cap")


def test_every_input_has_its_words():
    assert TOLD.keys() == INPUTS.keys()


@pytest.mark.parametrize("name", INPUTS)
def test_bad_input_is_told_in_words_that_say_what_to_do(tmp_path, name):
    root = write(tmp_path, INPUTS[name])
    given = list(read_sources([root]))
    ids = [one.case.id for one in given if isinstance(one, CaseRecord)]
    told = [one for one in given if not isinstance(one, CaseRecord)]
    assert (ids, [str(one).replace(f"{root}/", "") for one in told]) == TOLD[name]
    assert {type(one) for one in told} <= {Noticed if name in NOTICED else Refused}


def test_the_rest_is_indexed_and_nothing_half_read(tmp_path):
    inputs = {
        f"{at}/{name}": data for at, of in enumerate(INPUTS.values()) for name, data in of.items()
    }
    inputs["zz/sound.jsonl"] = neutral("sound")
    root = write(tmp_path / "s", inputs)
    report = build_small(read_sources([root]), tmp_path / "i")
    folder = tmp_path / "i" / BUILDS / report.build_id
    refused = (folder / "refused.jsonl").read_text("utf-8").splitlines()
    notices = [
        json.loads(line) for line in (folder / "notices.jsonl").read_text("utf-8").splitlines()
    ]
    assert len(refused) == len(report.refused) >= sum(len(told) for _, told in TOLD.values()) - 3
    assert {one["kind"] for one in notices} == {"unknown_court", "repeated_words", "partial_date"}
    assert report.notices == len(notices)
    assert verify(tmp_path / "i") == []
    with Index.open(tmp_path / "i") as index:
        held = {record.case.id for record in index.passages.records()}
    assert "sound" in held
    assert held <= {"sound", *(case_id for ids, _ in TOLD.values() for case_id in ids)}


def test_the_command_tells_and_ends_with_3_where_something_was_refused(tmp_path):
    source = tmp_path / "s.jsonl"
    source.write_text(neutral("good") + neutral("bad", date_filed="2024-13-45"), encoding="utf-8")
    done = run("build", source, "--index", tmp_path / "i")
    assert done.exit_code == 3
    assert f"refused: {source}:2: date_filed: '2024-13-45' is an impossible date" in done.stderr
    assert "1 case, 1 opinion" in done.stdout


def test_the_command_tells_what_it_noticed_and_ends_with_0(tmp_path):
    source = tmp_path / "s.jsonl"
    parts = [{"type": "combined", "text": PROSE}, {"type": "lead", "text": PROSE}]
    source.write_text(
        neutral("a", court_id="ca66") + neutral("b", court_id="ca66", opinions=parts),
        encoding="utf-8",
    )
    done = run("build", source, "--index", tmp_path / "i")
    assert done.exit_code == 0, done.stderr
    assert done.stderr.count("ca66") == 1
    assert (
        f"noticed: {source}:1: court_id 'ca66' is no court of courts-db; did you mean ca6? (its 2 cases"
        in done.stderr
    )
    assert (
        "noticed: 1 case: an opinion left out whose words another one of the case has"
        in done.stderr
    )


def test_a_pipe_is_told_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    done = run("build", tmp_path / "pipe", "--index", tmp_path / "i")
    assert done.exit_code == 1
    assert f"refused: {tmp_path}/pipe: a pipe, a socket or a device, not read" in done.stderr


def test_a_case_added_a_second_time_under_another_id_is_told(tmp_path):
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    words = [{"text": PROSE * 20}]
    first.write_text(neutral("first", opinions=words), encoding="utf-8")
    second.write_text(neutral("second", opinions=words) + neutral("third"), encoding="utf-8")
    assert run("build", first, "--index", tmp_path / "i").exit_code == 0
    done = run("add", second, "--index", tmp_path / "i")
    assert done.exit_code == 3
    assert "refused: second: the same words as the case 'first' of the index" in done.stderr


def test_a_form_that_a_court_fills_in_often_is_not_one_case(tmp_path):
    form = [{"text": "The petition for a writ of certiorari is denied."}]
    lines = [neutral(f"c{n}", opinions=form, docket_number=f"No. {n}") for n in range(3)]
    root = write(
        tmp_path,
        {"a.jsonl": "".join([*lines, neutral("again", opinions=form, docket_number="No. 1")])},
    )
    given = list(read_sources([root]))
    assert [one.case.id for one in given if isinstance(one, CaseRecord)] == ["c0", "c1", "c2"]
    assert [one.case_id for one in given if isinstance(one, Refused)] == ["again"]
