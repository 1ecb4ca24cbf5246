"""What binds whom: the expected answers are a lawyer's, written by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.authority import Authority, authority_on
from indexer.courts import binding_courts
from indexer.records import Case, OpinionType, SectionRole

BINDING, SAME, PERSUASIVE = Authority.BINDING, Authority.SAME_COURT, Authority.PERSUASIVE


def case(court_id: str | None, status: str | None = "published") -> Case:
    return Case(id="c", name="A v. B", court_id=court_id, status=status)


@pytest.mark.parametrize(
    ("court", "forum", "expected"),
    [
        ("ca6", "mied", BINDING),
        ("ca6", "tnwd", BINDING),
        ("ca6", "ohsb", BINDING),  # a bankruptcy court in Ohio
        ("ca9", "mied", PERSUASIVE),
        ("ca9", "cand", BINDING),
        ("cand", "ca9", PERSUASIVE),
        ("mied", "mied", SAME),
        ("mied", "miwd", PERSUASIVE),
        ("mied", "mieb", BINDING),
        ("ca6", "ca6", SAME),
        ("ca6", "ca9", PERSUASIVE),
        ("ca6", "scotus", PERSUASIVE),
        ("scotus", "scotus", SAME),
        ("scotus", "mied", BINDING),
        ("scotus", "ca11", BINDING),
        ("scotus", "cal", BINDING),
        ("scotus", "nysupct", BINDING),
        ("scotus", "texcrimapp", BINDING),
        ("cafc", "uscfc", BINDING),
        ("cafc", "mied", PERSUASIVE),
        ("cal", "calctapp", BINDING),
        ("cal", "cand", PERSUASIVE),  # state law in a federal court is not told apart
        ("calctapp", "cal", PERSUASIVE),
        ("ny", "nyappdiv", BINDING),
        ("nyappdiv", "nysupct", BINDING),
        ("nyappdiv", "ny", PERSUASIVE),
        ("ohio", "ohioctapp", BINDING),
        ("ohio", "mich", PERSUASIVE),
        ("texcrimapp", "texapp", BINDING),
        ("ca5", "alnd", PERSUASIVE),  # Bonner v. City of Prichard is not told apart
        (None, "mied", None),
        ("no-such-court", "mied", None),
        ("scotus", "no-such-court", None),
        ("no-such-court", "no-such-court", SAME),
    ],
)  # fmt: skip
def test_the_court_s_opinion(court, forum, expected):
    assert authority_on(forum, case(court), OpinionType.LEAD) is expected


@pytest.mark.parametrize(
    ("opinion", "expected"),
    [
        (OpinionType.LEAD, BINDING),
        (OpinionType.COMBINED, BINDING),
        (OpinionType.UNANIMOUS, BINDING),
        (OpinionType.PER_CURIAM, BINDING),
        (OpinionType.PLURALITY, PERSUASIVE),
        (OpinionType.CONCURRENCE, PERSUASIVE),
        (OpinionType.CONCURRENCE_IN_PART, PERSUASIVE),
        (OpinionType.DISSENT, PERSUASIVE),
        (OpinionType.SYLLABUS, PERSUASIVE),
        (OpinionType.TRIAL_COURT, PERSUASIVE),
        (OpinionType.OTHER, PERSUASIVE),
    ],
)
def test_only_the_court_speaks_for_the_court(opinion, expected):
    assert authority_on("mied", case("ca6"), opinion) is expected
    assert authority_on("mied", case("scotus"), opinion) is expected
    assert authority_on("ca6", case("ca6"), opinion) is (SAME if expected is BINDING else expected)


@pytest.mark.parametrize(
    "role", [SectionRole.SYLLABUS, SectionRole.DISSENT, SectionRole.CONCURRENCE]
)
def test_nor_does_another_voice_in_an_undivided_text(role):
    assert authority_on("mied", case("ca6"), OpinionType.COMBINED, role) is PERSUASIVE
    assert authority_on("mied", case("ca6"), OpinionType.COMBINED, SectionRole.ANALYSIS) is BINDING


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("unpublished", PERSUASIVE),
        ("Non-Precedential", PERSUASIVE),
        ("In-chambers", PERSUASIVE),
        ("published", BINDING),
        ("precedential", BINDING),
        (None, BINDING),
    ],
)
def test_what_was_not_published_does_not_bind(status, expected):
    assert authority_on("mied", case("ca6", status), OpinionType.LEAD) is expected
    own = authority_on("ca6", case("ca6", status), OpinionType.LEAD)
    assert own is (SAME if expected is BINDING else PERSUASIVE)


COURTS = ("scotus", "ca6", "ca9", "mied", "cand", "cal", "calctapp", "ny", "tax", "uscfc", None)


@given(st.sampled_from(COURTS), st.sampled_from(COURTS[:-1]), st.sampled_from(OpinionType))
def test_what_binds_is_what_the_filter_binding_on_admits(court, forum, opinion):
    found = authority_on(forum, case(court), opinion)
    assert found is None if court is None else found is not None
    if found in (BINDING, SAME):
        assert court in binding_courts(forum)
