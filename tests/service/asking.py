"""Questions to the made-up cases, and the rows of an answer."""

from hypothesis import strategies as st

from service.answers import Answer, Mode
from tests.service.corpus import SENTENCES

MODES = tuple(Mode)
QUERIES = (
    "may an officer stop and frisk a suspect on reasonable suspicion",
    "taser fired at the driver",
    "§ 1983 clearly established right",
    "the police dog bit a suspect on the ground",
)
questions = st.one_of(
    st.sampled_from(QUERIES),
    st.lists(st.sampled_from(" ".join(SENTENCES).split()), min_size=1, max_size=8).map(" ".join),
)


def rows(answer: Answer) -> list[int]:
    return [hit.stored.passage.row for hit in answer.hits]


def everywhere(answer: Answer) -> list[str]:
    """Ids of the passages that are hits, and of those with the same words."""
    return [
        passage_id
        for hit in answer.hits
        for passage_id in (hit.stored.passage.id, *(o.passage_id for o in hit.also_quoted_in))
    ]
