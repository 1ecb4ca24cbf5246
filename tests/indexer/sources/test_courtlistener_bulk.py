"""The bulk tables: joined by their ids, whatever is around them."""

import bz2
import random
import tracemalloc
from collections.abc import Mapping
from pathlib import Path

import pytest

from indexer.records import NameSource
from indexer.sources import read_sources
from indexer.sources.courtlistener_bulk import claims
from indexer.sources.source_file import DiskFile
from tests.indexer.sources.reading import read, write

OPINIONS = (
    "id,date_created,date_modified,author_str,per_curiam,joined_by_str,type,sha1,page_count,"
    "download_url,local_path,plain_text,html,html_lawbox,html_columbia,html_anon_2020,xml_harvard,"
    "html_with_citations,extracted_by_ocr,author_id,cluster_id"
)
CLUSTERS = (
    "id,date_created,date_modified,judges,date_filed,date_filed_is_approximate,slug,case_name_short,"
    "case_name,case_name_full,scdb_id,source,attorneys,syllabus,citation_count,precedential_status,"
    "blocked,filepath_json_harvard,docket_id,arguments,headmatter"
)
DOCKETS = "id,date_created,source,case_name,slug,docket_number,pacer_case_id,court_id"
CITATIONS = "id,volume,reporter,page,type,cluster_id"
Rows = list[Mapping[str, object]]


def table(header: str, rows: Rows, *, quote: str = '"', escape: str = "\\") -> str:
    """Return ``rows`` as PostgreSQL's COPY writes them with FORCE_QUOTE: absent is unquoted."""

    def field(value: object) -> str:
        text = (f"{escape}{c}" if c in (quote, escape) else c for c in str(value))
        return f"{quote}{''.join(text)}{quote}"

    columns = header.split(",")
    lines = [",".join(field(row[name]) if name in row else "" for name in columns) for row in rows]
    return "\n".join([header, *lines, ""])


ROWS: Mapping[str, Rows] = {
    "opinions": [
        {"id": 72, "cluster_id": 7, "type": "040dissent", "author_str": "Cook", "per_curiam": "f",
         "html_with_citations": "<p class=\"i\">I dissent,\n\"respectfully\".</p>"},
        {"id": 81, "cluster_id": 8, "type": "010combined", "plain_text": "C:\\temp is affirmed."},
        {"id": 71, "cluster_id": 7, "type": "020lead", "per_curiam": "t", "joined_by_str": "Sutton",
         "html": "<p>We affirm.</p>", "plain_text": "We affirm.", "page_count": 3},
    ],
    "opinion-clusters": [
        {"id": 7, "docket_id": 3, "case_name": "Floyd v. \"Detroit\"", "date_filed": "2008-03-05",
         "judges": "Moore", "precedential_status": "Published", "blocked": "f", "slug": "floyd",
         "citation_count": 31, "headmatter": "<parties>Floyd v. Detroit</parties>"},
        {"id": 8, "docket_id": 4, "case_name": "", "slug": "rule-v-wyeth"},
        {"id": 9, "docket_id": 5, "case_name": "No opinion here"},
    ],
    "dockets": [
        {"id": 3, "court_id": "ca6", "docket_number": "07-1034", "pacer_case_id": "1"},
        {"id": 5, "court_id": "ca5", "docket_number": "1"},
        {"id": 4, "court_id": "ca1", "docket_number": "09-1364"},
    ],
    "citations": [
        {"id": 1, "volume": 518, "reporter": "F.3d", "page": 398, "type": 1, "cluster_id": 7},
        {"id": 2, "volume": 607, "reporter": "F.3d", "page": 250, "type": 1, "cluster_id": 8},
        {"id": 3, "volume": 2008, "reporter": "WL", "page": 5, "type": 7, "cluster_id": 7},
    ],
}  # fmt: skip
COLUMNS = {
    "opinions": OPINIONS,
    "opinion-clusters": CLUSTERS,
    "dockets": DOCKETS,
    "citations": CITATIONS,
}


def tables(*names: str, **dialect: str) -> dict[str, str]:
    chosen = names or tuple(ROWS)
    return {
        f"{name}-2024-12-31.csv": table(COLUMNS[name], ROWS[name], **dialect) for name in chosen
    }


DIALECTS = {
    "as until 2024": {},
    "doubled quotes": {"escape": '"'},
    "back quotes": {"quote": "`", "escape": "`"},
}


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize("compressed", [False, True])
def test_tables_become_cases(tmp_path, dialect, compressed):
    files = tables(**dialect)
    packed = {f"{name}.bz2": bz2.compress(data.encode()) for name, data in files.items()}
    (floyd, rule), (refused,) = read(write(tmp_path, packed if compressed else files))

    case = floyd.case
    assert (case.id, case.name, case.status) == ("cl-7", 'Floyd v. "Detroit"', "published")
    assert (case.court_id, case.docket_number, case.judges) == ("ca6", "07-1034", ("Moore",))
    assert case.citations == ("518 F.3d 398", "2008 WL 5")
    assert case.url == "https://www.courtlistener.com/opinion/7/floyd/"
    assert case.extra == {"docket_id": "3", "blocked": False, "citation_count": 31}
    assert [(one.header.id, one.header.type.value, one.text) for one in floyd.opinions] == [
        ("cl-7-headmatter", "other", "Floyd v. Detroit"),
        ("cl-7-71", "per_curiam", "We affirm."),
        ("cl-7-72", "dissent", 'I dissent, "respectfully".'),
    ]
    assert floyd.opinions[1].header.joined_by == ("Sutton",)
    assert floyd.opinions[1].header.extra["page_count"] == 3
    assert (rule.case.name, rule.case.name_source) == ("Rule v. Wyeth", NameSource.INFERRED)
    assert (rule.case.court_id, rule.case.citations) == ("ca1", ("607 F.3d 250",))
    assert rule.opinions[0].text == "C:\\temp is affirmed."
    assert "1 clusters have no opinion" in refused.reason


def test_tables_in_folders_of_their_own(tmp_path):
    files = {f"{at}/{name}": data for at, (name, data) in enumerate(tables().items())}
    records, _ = read(write(tmp_path, files))
    assert [one.case.court_id for one in records] == ["ca6", "ca1"]


def test_opinions_alone_are_enough(tmp_path):
    records, refused = read(write(tmp_path, tables("opinions")))
    assert refused == []
    assert [(one.case.id, one.case.name) for one in records] == [
        ("cl-7", "We affirm."),
        ("cl-8", "C:\\temp is affirmed."),
    ]


def test_without_opinions_there_is_nothing_to_index(tmp_path):
    records, (refused,) = read(write(tmp_path, tables("opinion-clusters", "dockets")))
    assert records == []
    assert "the table of opinions is missing" in refused.reason


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"id": 72, "cluster_id": 7, "type": "020lead", "html": "x"}, "the second opinion with the id 72"),
        ({"id": 99, "type": "020lead", "html": "x"}, "cluster_id is empty"),
        ({"id": 99, "cluster_id": 99, "type": "020lead"}, "opinion 99 has no text"),
        ({"id": 99, "cluster_id": "a/b", "type": "020lead", "html": "x"}, "contains '/'"),
    ],
)  # fmt: skip
def test_a_wrong_opinion_is_refused_by_its_line(tmp_path, row, words):
    data = table(OPINIONS, [*ROWS["opinions"], row])
    records, (refused,) = read(write(tmp_path, {"o.csv": data}))
    assert len(records) == 2
    assert words in refused.reason
    assert refused.place == f"{tmp_path}/o.csv:6"


def test_a_torn_table_gives_what_it_has_and_says_so(tmp_path):
    data = tables("opinions")["opinions-2024-12-31.csv"]
    records, refused = read(write(tmp_path, {"o.csv": data[: data.index("We affirm") + 4]}))
    assert [one.case.id for one in records] == ["cl-7", "cl-8"]
    assert any("torn" in one.reason for one in refused)


@pytest.mark.parametrize(
    ("header", "claimed"),
    [
        (OPINIONS, True),
        (CLUSTERS, True),
        (DOCKETS, True),
        (CITATIONS, True),
        ("id,depth,cited_opinion_id,citing_opinion_id", False),
        ("id,pacer_court_id,full_name,short_name", False),
        ('{"cluster_id": 7}', False),
    ],
)
def test_what_it_claims(header, claimed):
    assert claims(DiskFile(Path("any name"), Path()), f"{header}\n".encode()) is claimed


def test_memory_does_not_grow_with_the_table(tmp_path):
    """Four times the opinions, about the same peak: only the case at hand is in memory."""
    words = random.Random(5).choices(
        ["court", "held", "writ", "denied", "motion", "granted"], k=2000
    )
    text = " ".join(words)

    def peak(count: int) -> int:
        rows: Rows = [
            {"id": n, "cluster_id": n, "type": "010combined", "plain_text": f"{n} {text}"}
            for n in range(count)
        ]
        folder = write(tmp_path / str(count), {"o.csv": table(OPINIONS, rows)})
        del rows
        tracemalloc.start()
        seen = sum(1 for _ in read_sources([folder]))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert seen == count
        return most

    assert peak(800) < peak(200) * 1.25
