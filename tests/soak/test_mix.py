"""Every minute of a soak asks the same of the service, in another order."""

from collections import Counter
from random import Random

from tests.soak.mix import KINDS, Ground, Mix

_OPINION = {
    "id": "o",
    "text": "The officer fired at a suspect who was not armed. " * 20,
    "case": {"citations": ["490 U.S. 386"], "name": "Graham v. Connor"},
}
_CASE = {
    "id": "c",
    "court_id": "scotus",
    "date_filed": "1989-05-15",
    "citations": ["490 U.S. 386"],
    "name": "Graham v. Connor",
}
DECK = sum(weight for weight, _ in KINDS.values())


def mix(seed: int = 0) -> Mix:
    return Mix(Ground((_CASE,), (_OPINION,), ("o:0-9",)), Random(seed))


def test_as_many_requests_as_there_are_weights_hold_each_kind_as_often_as_it_weighs():
    one = mix()
    for _ in range(3):
        dealt = Counter(one.draw().kind for _ in range(DECK))
        assert dealt == {kind: weight for kind, (weight, _) in KINDS.items()}


def test_they_come_in_another_order_each_time_and_in_the_same_for_the_same_seed():
    one, same, other = mix(), mix(), mix(1)
    orders = [[of.draw().kind for _ in range(DECK)] for of in (one, one, same, other)]
    assert orders[0] == orders[2]
    assert orders[0] not in (orders[1], orders[3])
