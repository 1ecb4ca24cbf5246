"""PDFs as a source: what becomes of the file, its metadata, its pages, and why one is refused."""

import contextlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.cite import pin_cite
from indexer.errors import RecordError
from indexer.records import CaseRecord, NameSource
from indexer.sources import Refused, pdf, read_sources
from indexer.sources.pdf_words import MAX_PAGES
from tests.indexer.sources.pdfs import Placed, Typesetter, centred, make_pdf, with_foot
from tests.indexer.sources.test_pdf_text import BODY, set_pages


@dataclass(frozen=True)
class PassagePages:
    reporter: str
    first: str
    last: str


CAPTION = [
    "UNITED STATES COURT OF APPEALS",
    "FOR THE SIXTH CIRCUIT",
    "ROBERT FLOYD,",
    "Plaintiff-Appellee,",
    "v.",
    "CITY OF DETROIT et al.,",
    "Defendants-Appellants.",
    "No. 07-1234",
    "Decided and Filed: March 7, 2008",
]


def captioned(lines: Sequence[str] = CAPTION) -> list[list[Placed]]:
    setter = Typesetter()
    for line in lines:
        setter.heading(line)
    for text in BODY:
        setter.paragraph(text)
    return setter.pages


def one(path: Path, data: bytes) -> CaseRecord:
    path.write_bytes(data)
    (record,) = read_sources([path])
    assert isinstance(record, CaseRecord), record
    return record


def refusal(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    (refused,) = read_sources([path])
    assert isinstance(refused, Refused)
    assert refused.place == str(path)
    return refused.reason


def test_the_caption_says_what_the_case_is(tmp_path):
    case = one(tmp_path / "07a0123p.pdf", make_pdf(with_foot(captioned()))).case
    assert (case.id, case.name) == ("07a0123p", "Robert Floyd v. City of Detroit")
    assert case.name_source is NameSource.INFERRED
    assert (case.court_id, case.court_citation_string) == ("ca6", "6th Cir.")
    assert (case.docket_number, case.date_filed) == ("07-1234", "2008-03-07")


def test_without_a_caption_the_first_words_are_the_name(tmp_path):
    case = one(tmp_path / "a.pdf", make_pdf(set_pages())).case
    assert case.name == "In part one of its brief the defendant says otherwise.…"
    assert (case.court_id, case.date_filed, case.citations) == (None, None, ())


def test_metadata_beside_it_go_before_the_caption(tmp_path):
    line = {"file": "a.pdf", "id": "floyd", "case_name": "Floyd v. Detroit", "docket_number": None,
            "type": "dissent", "author": "Moore", "panel": 3}  # fmt: skip
    (tmp_path / "metadata.jsonl").write_text(json.dumps(line), encoding="utf-8")
    record = one(tmp_path / "a.pdf", make_pdf(captioned()))
    assert (record.case.id, record.case.name) == ("floyd", "Floyd v. Detroit")
    assert record.case.name_source is NameSource.GIVEN
    assert (record.case.docket_number, record.case.court_id) == (None, "ca6")
    assert record.case.extra == {"panel": 3}
    assert (record.opinions[0].header.type, record.opinions[0].header.author) == (
        "dissent",
        "Moore",
    )


def test_a_line_for_a_missing_pdf_is_refused_once(tmp_path):
    (tmp_path / "a.pdf").write_bytes(make_pdf(set_pages()))
    (tmp_path / "metadata.jsonl").write_text(
        '{"file": "a.pdf", "case_name": "A v. B"}\n{"file": "gone.pdf"}\n', encoding="utf-8"
    )
    for source in (tmp_path, tmp_path / "metadata.jsonl"):
        refused, record = read_sources([source])
        assert isinstance(refused, Refused)
        assert refused.reason == "names a file that is not there: gone.pdf"
        assert isinstance(record, CaseRecord)
        assert record.case.name == "A v. B"


@pytest.mark.parametrize("given", ["5", "true", '"518 F.3d 398"', "{}"])
def test_citations_in_the_metadata_that_are_no_list(tmp_path, given):
    (tmp_path / "a.pdf").write_bytes(make_pdf(set_pages()))
    (tmp_path / "metadata.jsonl").write_text(
        f'{{"file": "a.pdf", "citations": {given}}}', encoding="utf-8"
    )
    (refused,) = read_sources([tmp_path])
    assert isinstance(refused, Refused)
    assert "citations must be a list or null" in refused.reason


def test_a_page_larger_than_any_paper_is_refused(tmp_path):
    """Columns are looked for in steps of two points: a small file would fill the memory."""
    pages = captioned()
    pages[0].append(Placed("far", 9e8, 400))
    data = make_pdf(pages, box="[0 0 1000000000 792]")
    assert (
        refusal(tmp_path / "a.pdf", data)
        == "page 1 has a side of more than 20,000 points; no court prints that"
    )


def test_pages_are_those_of_the_slip_opinion(tmp_path):
    record = one(tmp_path / "a.pdf", make_pdf(with_foot(captioned())))
    opinion = record.opinions[0]
    assert {mark.reporter for mark in opinion.pages} == {"slip op."}
    assert [mark.page for mark in opinion.pages] == [
        str(at + 1) for at in range(len(opinion.pages))
    ]
    third = opinion.pages[2]
    assert opinion.text[third.start :].startswith(captioned()[2][0].text)
    on = PassagePages(reporter="slip op.", first="3", last="4")
    assert pin_cite(record.case, [on]) == (
        "Robert Floyd v. City of Detroit, No. 07-1234, slip op. at 3-4 (6th Cir. Mar. 7, 2008)"
    )


@pytest.mark.parametrize("where", ["head", "metadata"])
def test_pages_of_a_reporter_are_its_pages(tmp_path, where):
    pages = with_foot(captioned(), "{}", 398)
    if where == "head":
        cite = "Cite as 518 F.3d 398 (6th Cir. 2008)"
        pages = [[centred(cite, 760), *page] for page in pages]
    else:
        line = {"file": "a.pdf", "citations": ["2008 WL 5", "518 F.3d 398"]}
        (tmp_path / "metadata.jsonl").write_text(json.dumps(line), encoding="utf-8")
    opinion = one(tmp_path / "a.pdf", make_pdf(pages)).opinions[0]
    assert [(mark.reporter, mark.page) for mark in opinion.pages[:2]] == [
        ("518 F.3d", "398"),
        ("518 F.3d", "399"),
    ]


def test_stars_in_the_text_are_no_pages(tmp_path):
    paragraphs = [*BODY, "See 2004 WL 2066748, *5; and *6 of it, and *7 and *8 and *9 as well."]
    text = one(tmp_path / "a.pdf", make_pdf(set_pages(paragraphs))).opinions[0].text
    assert text.endswith(paragraphs[-1])


def test_a_page_without_text_is_named(tmp_path):
    record = one(tmp_path / "a.pdf", make_pdf([*set_pages(), []]))
    assert record.opinions[0].header.extra == {"pages_without_text": [len(set_pages()) + 1]}


ENCRYPTED = (
    "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 "
    f"/O <{'28bf4e5e4e758a41' * 4}> /U <{'0021457fa3c2b1d4' * 4}> >> /ID [<00> <00>]"
)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"PK\x07\x08 no PDF at all", "not a PDF, whatever its name says"),
        (b"%PDF-1.4\nnothing\n%%EOF", "not a PDF, or a torn one"),
        (make_pdf(set_pages())[:3000], "the PDF is torn: its end is missing"),
        (make_pdf([]), "the PDF has no pages|not a PDF, or a torn one"),
        (make_pdf(set_pages(), trailer=ENCRYPTED), "the PDF is encrypted; save a copy without"),
        (make_pdf([[], []]), "no text layer: 0 words on 2 pages"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(tmp_path, data, reason):
    assert re.match(reason, refusal(tmp_path / "a.pdf", data))


def test_too_many_pages_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("indexer.sources.pdf_words.MAX_PAGES", 2)
    assert refusal(tmp_path / "a.pdf", make_pdf([[]] * 3)) == (
        "the PDF has 3 pages, at most 2 are read; split it"
    )
    assert MAX_PAGES >= 2000


def test_too_much_text_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("indexer.sources.pdf_text.MAX_CHARACTERS", 500)
    reason = refusal(tmp_path / "a.pdf", make_pdf(set_pages()))
    assert reason == "the PDF has more than 500 characters of text; split it"


def test_a_missing_library_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("indexer.sources.pdf_words.find_spec", lambda name: None)
    reason = refusal(tmp_path / "a.pdf", make_pdf(set_pages()))
    assert reason.endswith("pip install pypdfium2")


def test_fonts_without_a_character_map_are_refused(tmp_path):
    nameless = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [<< "
        b"/Type /Font /Subtype /CIDFontType2 /BaseFont /X /DW 600 /CIDSystemInfo << /Registry "
        b"(Adobe) /Ordering (Identity) /Supplement 0 >> >>] >>"
    )
    data = re.sub(rb"<< /Type /Font .*?>>", nameless, make_pdf(set_pages()))
    assert refusal(tmp_path / "a.pdf", data).startswith("the text layer cannot be read")


def test_characters_that_make_no_words_are_refused(tmp_path):
    shifted = [text.translate({code: code + 1 for code in range(97, 122)}) for text in BODY]
    reason = refusal(tmp_path / "a.pdf", make_pdf(set_pages(shifted)))
    assert reason.startswith("the text layer cannot be read")


def test_a_damaged_stream_does_not_stop_the_others(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 torn")
    (tmp_path / "b.pdf").write_bytes(make_pdf(set_pages()))
    refused, record = read_sources([tmp_path])
    assert isinstance(refused, Refused)
    assert isinstance(record, CaseRecord)


SMALL = make_pdf(set_pages(BODY[:3]))


@settings(max_examples=60, deadline=None)
@given(
    cuts=st.lists(
        st.tuples(st.integers(0, len(SMALL) - 1), st.binary(min_size=0, max_size=6)), max_size=6
    )
)
def test_damaged_bytes_give_a_document_or_a_reason(cuts):
    data = bytearray(SMALL)
    for at, put in cuts:
        data[at : at + len(put)] = put
    with contextlib.suppress(RecordError):
        assert pdf.read_document(bytes(data), {}).opinion.text


@pytest.mark.parametrize("name", ["a.pdf", "A.PDF", "opinion"])
def test_a_pdf_is_known_by_its_name_or_its_beginning(tmp_path, name):
    assert one(tmp_path / name, make_pdf(set_pages())).opinions[0].text.split("\n\n") == BODY


@pytest.mark.slow
def test_two_thousand_pages_are_read(tmp_path):
    name = {at: "".join(chr(97 + int(figure)) for figure in str(at)) for at in range(2001)}
    pages = [
        [
            Placed(f"The matter of {name[at]} is one that is spoken of on this page,", 72, 700),
            Placed(f"and what comes before it is the matter of {name[at - 1]}.", 72, 686),
        ]
        for at in range(1, 2001)
    ]
    opinion = one(tmp_path / "a.pdf", make_pdf(pages)).opinions[0]
    assert len(opinion.pages) == 2000
    assert len(opinion.text.split()) == 2000 * 23
