"""Small-written names get the capitals that a reporter's running head would give them."""

import pytest

from indexer.case_names import with_capitals


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("erie r co v tompkins", "Erie R Co v. Tompkins"),
        ("erie r co v. tompkins", "Erie R Co v. Tompkins"),
        ("rule v fort dodge animal health inc", "Rule v. Fort Dodge Animal Health Inc"),
        ("in re gault", "In re Gault"),
        ("the mayor of new york v miln", "The Mayor of New York v. Miln"),
        ("united states ex rel doe v roe et al", "United States ex rel Doe v. Roe et al"),
        ("", ""),
    ],
)
def test_names(written, name):
    assert with_capitals(written.split()) == name
