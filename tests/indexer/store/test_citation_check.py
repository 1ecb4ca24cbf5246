"""Each promise of the citation tables, broken."""

import sqlite3

import pytest

from indexer.store.citation_check import citation_problems
from tests.indexer.store.citing import write_citing


def test_what_was_written_holds(tmp_path):
    write_citing(tmp_path / "p")
    assert list(citation_problems(tmp_path / "p")) == []


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ('UPDATE citation SET start = start + 60, "end" = "end" + 60 WHERE place = 0',
         "citation 0 begins outside of it"),
        ("UPDATE citation SET opinion_seq = 0 WHERE place = 2", "citation 2 names another opinion"),
        ('UPDATE citation SET "end" = start WHERE place = 1', "citation 1 is not in the text"),
        ('UPDATE citation SET "end" = 9999 WHERE place = 1', "citation 1 is not in the text"),
        ("UPDATE citation SET parenthetical_end = NULL WHERE place = 0", "0 is not in the text"),
        ("UPDATE citation SET parenthetical_start = 5, parenthetical_end = 4 WHERE place = 3",
         "citation 3 is not in the text"),
        ("UPDATE citation SET kind = 'guess' WHERE place = 4", "of the unknown kind guess"),
        ("DELETE FROM authority WHERE cited = '999 U.S. 1'", "8 names no citation that is there"),
        ("UPDATE citation SET case_seq = 99 WHERE place = 3", "3 names no case that is there"),
        ("UPDATE citation SET case_seq = 3 WHERE place = 8", "citation 8 is of its own case"),
        ("UPDATE case_record SET cited_by = 5 WHERE id = 'later'",
         "case later: counted as cited by 5 cases, and 0 cite it"),
        ("DELETE FROM citation WHERE opinion_seq IN (SELECT seq FROM opinion WHERE case_seq = 4)",
         "case graham: counted as cited by 2 cases, and 1 cite it"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(tmp_path, statement, problem):
    write_citing(tmp_path / "p")
    db = sqlite3.connect(tmp_path / "p")
    db.execute(statement)
    db.commit()
    db.close()
    found = list(citation_problems(tmp_path / "p"))
    assert any(problem in told for told in found), found
