"""Cases of the Caselaw Access Project: interface, bulk lines, static volumes; each case once."""

import io
import json
import lzma
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from indexer.sources.cap import claims
from indexer.sources.source_file import DiskFile
from tests.indexer.sources.reading import read, write

BODY = {
    "judges": ["Winter, Chief Judge"],
    "parties": ["ROE v. WADE"],
    "attorneys": ["Sarah Weddington, for appellants."],
    "corrections": "",
    "head_matter": "ROE v. WADE",
    "opinions": [
        {"type": "majority", "author": "Blackmun, J.", "text": "The Court holds. It does."}
    ],
}
CASE = {
    "id": 12334123,
    "name": "Jane ROE, et al. v. Henry WADE",
    "name_abbreviation": "Roe v. Wade",
    "decision_date": "1973-01-22",
    "docket_number": "No. 70-18",
    "first_page": "113",
    "last_page": "178",
    "citations": [
        {"type": "official", "cite": "410 U.S. 113"},
        {"type": "parallel", "cite": "93 S. Ct. 705"},
    ],
    "court": {
        "id": 9009,
        "name": "Supreme Court of the United States",
        "name_abbreviation": "U.S.",
    },
    "jurisdiction": {"id": 39, "name": "U.S.", "name_long": "United States"},
    "cites_to": [],
    "file_name": "0113-01",
}
HTML = (
    '<section class="casebody" data-case-id="00000001" data-firstpage="113">\n'
    '<section class="head-matter"><h4 class="parties">ROE v. WADE</h4></section>\n'
    '<article class="opinion" data-type="majority"><p>The Court holds. <a class="page-label" '
    'data-label="114" data-citation-index="1">*114</a>It does.</p></article></section>'
)
DESCRIPTIONS = {
    "VolumesMetadata.json": json.dumps([{"volume_number": "410", "publication_year": 1974}]),
    "ReportersMetadata.json": json.dumps(
        [
            {
                "id": 1,
                "full_name": "United States Reports",
                "short_name": "U.S.",
                "harvard_hollis_id": [],
            }
        ]
    ),
    "JurisdictionsMetadata.json": json.dumps([{"id": 39, "name_long": "U. S.", "slug": "us"}]),
}


def full(**fields: object) -> dict[str, object]:
    return {**CASE, "casebody": BODY, **fields}


def volume(*, cases: str = "cases", metadata: str = "") -> dict[str, str]:
    return {
        f"410/{cases}/0113-01.json": json.dumps(full(), indent=2),
        "410/html/0113-01.html": HTML,
        f"410/{metadata}CasesMetadata.json": json.dumps([CASE], indent=2),
    }


def api(casebody: object) -> str:
    return json.dumps(
        {"count": 1, "results": [full(casebody=casebody, frontend_url="https://c/1")]}
    )


def zipped(files: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


STATIC = {**DESCRIPTIONS, **volume()}
IN_ZIP = {
    name.removeprefix("410/"): data
    for name, data in volume(cases="json", metadata="metadata/").items()
}
FORMS: dict[str, Mapping[str, bytes | str]] = {
    "static volume": STATIC,
    "zip of a volume": {"410.zip": zipped(IN_ZIP)},
    "zip of everything": {"all.zip": zipped(STATIC)},
    "html and metadata": {k: v for k, v in STATIC.items() if "/cases/" not in k},
    "cases alone": {k: v for k, v in STATIC.items() if "/html/" not in k},
    "interface": {"page.json": api({"status": "ok", "data": BODY})},
    "interface, html": {"page.json": api({"status": "ok", "data": HTML})},
    "bulk lines": {"data.jsonl.xz": lzma.compress(json.dumps(full()).encode() + b"\n")},
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_case_once(tmp_path, form):
    ((record,), refused) = read(write(tmp_path, FORMS[form]))
    case = record.case
    assert refused == []
    assert (case.id, case.name) == ("cap-12334123", "Roe v. Wade")
    assert case.name_full == "Jane ROE, et al. v. Henry WADE"
    assert (case.court_id, case.court) == ("scotus", "Supreme Court of the United States")
    assert (case.date_filed, case.docket_number) == ("1973-01-22", "No. 70-18")
    assert case.citations == ("410 U.S. 113", "93 S. Ct. 705")
    assert [(one.header.id, one.text) for one in record.opinions] == [
        ("cap-12334123-other", "ROE v. WADE"),
        ("cap-12334123-lead", "The Court holds. It does."),
    ]
    assert (case.extra["jurisdiction"], "cites_to" in case.extra) == (CASE["jurisdiction"], False)


@pytest.mark.parametrize("form", [form for form in FORMS if "html" in form or "volume" in form])
def test_page_labels_of_the_html_are_kept(tmp_path, form):
    ((record,), _) = read(write(tmp_path, FORMS[form]))
    assert [(one.reporter, one.page) for one in record.opinions[1].pages] == [
        ("410 U.S.", "113"),
        ("410 U.S.", "114"),
    ]


def test_what_the_body_says_besides_words_is_kept(tmp_path):
    ((record,), _) = read(write(tmp_path, STATIC))
    case = record.case
    assert case.judges == ("Winter, Chief Judge",)
    assert case.extra["attorneys"] == ["Sarah Weddington, for appellants."]
    assert record.opinions[1].header.author == "Blackmun, J."
    assert not {"corrections", "head_matter", "opinions"} & case.extra.keys()


def test_a_case_by_its_path_has_the_text_of_its_json(tmp_path):
    ((record,), _) = read(write(tmp_path, STATIC) / "410" / "cases" / "0113-01.json")
    assert (record.case.id, record.opinions[1].pages) == ("cap-12334123", ())


def test_html_without_anything_that_describes_it(tmp_path):
    records, (refused,) = read(write(tmp_path, STATIC) / "410" / "html")
    assert records == []
    assert "give the whole volume" in refused.reason


@pytest.mark.parametrize(
    ("given", "kept", "extra"),
    [
        ("1973-01-22", "1973-01-22", None),
        ("1954-05", "1954-05", None),
        ("1905", "1905", None),
        ("1893-02-30", "1893-02", "1893-02-30"),
        ("1893-13-30", "1893", "1893-13-30"),
        ("unknown", None, "unknown"),
        ("1973-01-22-05-06", "1973-01-22", "1973-01-22-05-06"),
        ("-" * 300_000, None, "-" * 300_000),
        ("", None, None),
    ],
)
def test_dates_as_far_as_the_calendar_has_them(tmp_path, given, kept, extra):
    ((record,), _) = read(write(tmp_path, {"a.json": json.dumps(full(decision_date=given))}))
    assert record.case.date_filed == kept
    assert record.case.extra.get("decision_date") == extra


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (full(casebody={"status": "error_auth_required", "data": None}), "'error_auth_required'"),
        (full(casebody="words"), "not an object"),
        (full(casebody={"head_matter": "", "opinions": []}), "neither head matter nor opinions"),
        (full(id=None), "needs id"),
        (full(name="", name_abbreviation=""), "needs id and name"),
        ({k: v for k, v in CASE.items() if k != "file_name"}, "ask for full cases"),
    ],
)
def test_what_is_refused_and_why(tmp_path, fields, words):
    records, (refused,) = read(write(tmp_path, {"a.json": json.dumps({"results": [fields]})}))
    assert records == []
    assert words in refused.reason
    assert refused.place == f"{tmp_path}/a.json#1"


def test_html_that_cannot_be_read_is_told(tmp_path):
    (write(tmp_path, STATIC) / "410" / "html" / "0113-01.html").write_bytes(b"Mu\xf1oz")
    records, refused = read(tmp_path)
    assert records == []
    assert any("not UTF-8" in one.reason for one in refused)


@pytest.mark.parametrize(
    ("head", "claimed"),
    [
        (json.dumps(full())[:500], True),
        (json.dumps([CASE]), True),
        (api({})[:200], True),
        (HTML, True),
        *((data, True) for data in DESCRIPTIONS.values()),
        ("<html><p>Held.</p></html>", False),
        ('{"id": "x", "case_name": "A v. B"}', False),
        ('{"resource_uri": "x", "cluster": "y"}', False),
    ],
)
def test_what_it_claims(head, claimed):
    assert claims(DiskFile(Path("any name"), Path()), head.encode()) is claimed
