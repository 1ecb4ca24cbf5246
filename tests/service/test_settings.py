from pathlib import Path

import pytest

from service.dialects.names import Dialect
from service.errors import SettingsError
from service.settings import PREFIX, LogFormat, LogLevel, Settings, key_of

INDEX = {"OPINION_SEARCH_INDEX": "data/index"}


def test_defaults():
    settings = Settings.from_env({**INDEX, "PATH": "/bin", "HOME": "elsewhere"})

    assert settings == Settings(
        index_dir=Path("data/index"),
        host="127.0.0.1",
        port=8000,
        workers=1,
        threads=None,
        model=None,
        query_cache_size=4096,
        poll_interval_s=1.0,
        max_body_bytes=16_777_216,
        max_concurrency=8,
        searches_at_once=None,
        max_queue=64,
        max_connections=1000,
        shutdown_timeout_s=30,
        cors_origins=(),
        trusted_proxies=(),
        keys_file=None,
        keys=(),
        without_keys=False,
        open_metrics=False,
        rate_per_minute=None,
        rate_burst=20,
        request_timeout_s=30.0,
        canary_interval_s=60.0,
        log_format=LogFormat.AUTO,
        log_level=LogLevel.INFO,
        log_queries=False,
    )


@pytest.mark.parametrize(
    ("key", "value", "name", "read"),
    [
        ("INDEX", "/srv/index", "index_dir", Path("/srv/index")),
        ("ENGINE", "milvus+http://h:19530/n", "engine", "milvus+http://h:19530/n"),
        ("HOST", "0.0.0.0", "host", "0.0.0.0"),
        ("PORT", "0", "port", 0),
        ("WORKERS", "4", "workers", 4),
        ("THREADS", "2", "threads", 2),
        ("MODEL", "all-minilm", "model", "all-minilm"),
        ("QUERY_CACHE_SIZE", "0", "query_cache_size", 0),
        ("POLL_INTERVAL_S", "0.25", "poll_interval_s", 0.25),
        ("MAX_BODY_BYTES", "4096", "max_body_bytes", 4096),
        ("MAX_CONCURRENCY", "3", "max_concurrency", 3),
        ("SEARCHES_AT_ONCE", "3", "searches_at_once", 3),
        ("MAX_QUEUE", "0", "max_queue", 0),
        ("MAX_CONNECTIONS", "50", "max_connections", 50),
        ("SHUTDOWN_TIMEOUT_S", "5", "shutdown_timeout_s", 5),
        ("CORS_ORIGINS", "https://a.example, https://b.example,", "cors_origins",
         ("https://a.example", "https://b.example")),
        ("CORS_ORIGINS", "*", "cors_origins", ("*",)),
        ("PUBLIC_URL", "https://a.example/x", "public_url", "https://a.example/x"),
        ("TRUSTED_PROXIES", "10.0.0.5, 10.1.0.0/16, ::1", "trusted_proxies",
         ("10.0.0.5/32", "10.1.0.0/16", "::1/128")),
        ("KEYS_FILE", "/run/secrets/keys", "keys_file", Path("/run/secrets/keys")),
        ("KEYS", f"anna:{'a' * 64}, bob:{'b' * 64}", "keys",
         (f"anna:{'a' * 64}", f"bob:{'b' * 64}")),
        ("WITHOUT_KEYS", "true", "without_keys", True),
        ("OPEN_METRICS", "true", "open_metrics", True),
        ("RATE_PER_MINUTE", "60", "rate_per_minute", 60),
        ("RATE_BURST", "5", "rate_burst", 5),
        ("REQUEST_TIMEOUT_S", "2.5", "request_timeout_s", 2.5),
        ("CANARY_INTERVAL_S", "0", "canary_interval_s", 0.0),
        ("DIALECTS", "dify, mcp", "dialects", (Dialect.DIFY, Dialect.MCP)),
        ("LOG_FORMAT", "json", "log_format", LogFormat.JSON),
        ("LOG_LEVEL", "warning", "log_level", LogLevel.WARNING),
        ("LOG_QUERIES", "true", "log_queries", True),
    ],
)  # fmt: skip
def test_every_setting_is_read_from_its_key(key, value, name, read):
    settings = Settings.from_env({**INDEX, PREFIX + key: value})

    assert getattr(settings, name) == read
    assert key_of(name) == PREFIX + key


def test_the_table_above_knows_every_setting():
    table = next(m for m in test_every_setting_is_read_from_its_key.pytestmark)
    assert {row[2] for row in table.args[1]} == set(Settings.model_fields)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, ["OPINION_SEARCH_INDEX is not set", "OPINION_SEARCH_INDEX=data/index"]),
        ({"OPINION_SEARCH_INDEX": " "}, ["OPINION_SEARCH_INDEX is not set"]),
        ({**INDEX, "OPINION_SEARCH_PROT": "1"}, ["OPINION_SEARCH_PROT", "OPINION_SEARCH_PORT?"]),
        ({**INDEX, "OPINION_SEARCH_INDEX_DIR": "x"}, ["did you mean OPINION_SEARCH_INDEX?"]),
        ({**INDEX, "OPINION_SEARCH_": "x"}, ["there is no setting OPINION_SEARCH_;"]),
        ({**INDEX, "OPINION_SEARCH_port": "1"}, ["there is no setting OPINION_SEARCH_port"]),
        ({**INDEX, "OPINION_SEARCH_PORT": "65536"}, ["OPINION_SEARCH_PORT", "65535"]),
        ({**INDEX, "OPINION_SEARCH_PORT": "http"}, ["OPINION_SEARCH_PORT", "integer"]),
        ({**INDEX, "OPINION_SEARCH_WORKERS": "0"}, ["OPINION_SEARCH_WORKERS", "greater"]),
        ({**INDEX, "OPINION_SEARCH_POLL_INTERVAL_S": "nan"}, ["OPINION_SEARCH_POLL_INTERVAL_S"]),
        ({**INDEX, "OPINION_SEARCH_POLL_INTERVAL_S": "0"}, ["OPINION_SEARCH_POLL_INTERVAL_S"]),
        ({**INDEX, "OPINION_SEARCH_MAX_BODY_BYTES": "1"}, ["OPINION_SEARCH_MAX_BODY_BYTES"]),
        ({**INDEX, "OPINION_SEARCH_REQUEST_TIMEOUT_S": "0"}, ["OPINION_SEARCH_REQUEST_TIMEOUT_S"]),
        ({**INDEX, "OPINION_SEARCH_RATE_PER_MINUTE": "0"}, ["OPINION_SEARCH_RATE_PER_MINUTE"]),
        ({**INDEX, "OPINION_SEARCH_LOG_FORMAT": "xml"}, ["OPINION_SEARCH_LOG_FORMAT", "json"]),
        ({**INDEX, "OPINION_SEARCH_LOG_LEVEL": "loud"}, ["OPINION_SEARCH_LOG_LEVEL", "debug"]),
        ({**INDEX, "OPINION_SEARCH_WITHOUT_KEYS": "perhaps"}, ["OPINION_SEARCH_WITHOUT_KEYS"]),
        ({**INDEX, "OPINION_SEARCH_MAX_CONNECTIONS": "0"}, ["OPINION_SEARCH_MAX_CONNECTIONS"]),
        (
            {**INDEX, "OPINION_SEARCH_TRUSTED_PROXIES": "proxy.example"},
            ["OPINION_SEARCH_TRUSTED_PROXIES: each must be an address or a network, like 10.0.0.5"],
        ),
        ({**INDEX, "OPINION_SEARCH_TRUSTED_PROXIES": "10.0.0.5, *"}, ["an address or a network"]),
        ({**INDEX, "OPINION_SEARCH_TRUSTED_PROXIES": "10.0.0.5/8"}, ["an address or a network"]),
    ],
)
def test_what_cannot_be_is_refused_with_advice(environ, words):
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(environ)

    for word in words:
        assert word in str(caught.value)


def test_an_empty_value_is_an_unset_one():
    assert Settings.from_env({**INDEX, "OPINION_SEARCH_MODEL": ""}).model is None


def test_options_of_other_commands_may_stand_in_the_same_environment():
    assert Settings.from_env({**INDEX, "OPINION_SEARCH_JOBS": "2"}).threads is None


def test_no_message_repeats_a_value():
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({**INDEX, "OPINION_SEARCH_PORT": "s3cret"})

    assert "s3cret" not in str(caught.value)


def test_the_largest_batch_fits_into_the_default_body():
    query = "\\ud83d\\ude00" * 20_000  # as json.dumps writes a character beyond the first plane
    entry = len('{"query": "", "k": 100, "explain": true}, ') + len(query)

    assert 64 * entry + 1000 < Settings.from_env(INDEX).max_body_bytes


def test_settings_are_frozen_and_closed():
    settings = Settings.from_env(INDEX)
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1
    with pytest.raises(ValueError, match="Extra"):
        Settings(index_dir=Path(), prot=1)  # type: ignore[call-arg]


def test_every_setting_is_described():
    for name, field in Settings.model_fields.items():
        assert field.description, name
