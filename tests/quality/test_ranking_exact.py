from tests.quality.ranking_exact import ExactNeed, Kind, exact_needs, exact_report


def test_needs_are_the_same_each_time_and_have_one_answer(corpus):
    needs = exact_needs(corpus, 30)

    assert needs == exact_needs(corpus, 30)
    for need in needs:
        if need.kind is Kind.PHRASE:
            (row,) = corpus.lexical.phrase_rows(need.query.strip('"'))
            assert corpus.passages.row_of(need.right) == row
    citations = {need.query: need.right for need in needs if need.kind is Kind.CITATION}
    assert citations["301 U.S. 101"] == "case-01"


def test_names_that_two_cases_share_are_not_asked(corpus):
    names = {need.query for need in exact_needs(corpus) if need.kind is Kind.NAME}

    assert "graham v. connor" in names
    assert "doe v. roe" not in names


def test_the_product_answers_every_need_of_a_small_corpus(corpus, engine):
    needs = exact_needs(corpus, 40)

    report = exact_report(engine, needs)

    assert report["failures"] == []
    assert report["right"] == report["asked"] == len(needs)
    assert set(report["asked_by_kind"]) >= {Kind.CITATION, Kind.NAME}


def test_a_wrong_first_answer_is_listed(engine):
    need = ExactNeed(kind=Kind.CITATION, query="301 U.S. 101", right="case-07")

    report = exact_report(engine, [need])

    assert (report["asked"], report["right"]) == (1, 0)
    assert report["failures"] == [
        {"kind": "citation", "query": "301 U.S. 101", "right": "case-07", "first": "case-01"}
    ]
