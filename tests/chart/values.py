"""Values to render the chart with, and values that it must refuse."""

from typing import Any, Final

KEYED: Final = {"keys": {"existingSecret": "search-keys"}}
GOOD: Final[dict[str, dict[str, Any]]] = {
    "open": {"keys": {"none": True}},
    "with keys": KEYED,
    "past one machine": {
        **KEYED,
        "engine": {"url": "milvus+http://milvus:19530/opinions"},
        "index": {"existingClaim": "opinions-index"},
        "autoscaling": {"enabled": True},
        "networkPolicy": {"engine": [{"namespaceSelector": {"matchLabels": {"name": "milvus"}}}]},
        "build": {"suspend": False, "sources": {"existingClaim": "opinions"}},
        "workers": {"replicas": 3, "tlsSecret": "dask-tls"},
        "image": {"repository": "r.example.org/search", "pullSecrets": ["pull"]},
        "nodeSelector": {"disk": "fast"},
        "tolerations": [{"key": "search", "operator": "Exists"}],
        "podAnnotations": {"prometheus.io/scrape": "true"},
    },
    "an engine with a password": {**KEYED, "engine": {"existingSecret": "milvus-address"}},
    "least": {
        **KEYED,
        "build": {"enabled": False},
        "disruptionBudget": {"enabled": False},
        "networkPolicy": {"enabled": False},
    },
}
BAD: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "nobody said who may ask": ({}, "keys.existingSecret"),
    "a misspelt value": ({**KEYED, "replica": 3}, "replica"),
    "a setting that follows from others": ({**KEYED, "settings": {"INDEX": "/x"}}, "INDEX"),
    "a password in a config map": ({**KEYED, "engine": {"url": "milvus+http://a:b@m/x"}}, "url"),
    "an engine that is none": ({**KEYED, "engine": {"url": "qdrant://m"}}, "url"),
    "a build without sources": ({**KEYED, "build": {"suspend": False}}, "build.sources"),
    "workers that anybody may use": ({**KEYED, "workers": {"replicas": 1}}, "workers.tlsSecret"),
}
