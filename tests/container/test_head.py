"""The head of the compose file names settings that there are, also those of who runs it behind a proxy."""

import re
from pathlib import Path

from service.settings import Settings, key_of

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"


def test_it_says_what_to_set_behind_a_proxy():
    head = COMPOSE.read_text("utf-8").partition("\nname:")[0]
    named = set(re.findall(r"OPINION_SEARCH_\w+", head))
    assert named >= {key_of("trusted_proxies"), key_of("max_connections")}
    assert named <= set(map(key_of, Settings.model_fields))
    default = Settings.model_fields["max_connections"].default
    assert f"than\n# {default} open" in head
