"""Render the chart with Helm's own library, and check what comes of it: ``make chart``.

Needs helm-python-sdk and kubernetes-validate, in an environment of their own. Every document is checked
against Kubernetes' schemas, strictly; nothing is installed anywhere.
"""

import sys
from pathlib import Path
from typing import Any, Final

import helm_python
import kubernetes_validate
import yaml

from tests.chart.rules import broken_rules
from tests.chart.values import BAD, GOOD

CHART: Final = Path(__file__).parents[2] / "service" / "deploy" / "helm" / "opinion-search"
VERSIONS: Final = ("1.29", "1.31", "1.34")


def main() -> int:
    """Return 0 when all holds."""
    wrong = [f"lint: {one}" for one in _lint()]
    for name, values in GOOD.items():
        documents = _rendered(values)
        wrong += [f"{name}: {one}" for one in _checked(documents)]
        print(f"{name}: {len(documents)} documents")  # noqa: T201
    for name, (values, told) in BAD.items():
        wrong += [f"{name}: {one}" for one in _refused(values, told)]
    for one in wrong:
        print(one, file=sys.stderr)  # noqa: T201
    helm, versions = helm_python.helm_sdk_version(), ", ".join(VERSIONS)
    print(f"Helm {helm}, Kubernetes {versions}: {len(wrong)} wrong")  # noqa: T201
    return 1 if wrong else 0


def _lint() -> list[Any]:
    found = helm_python.lint(str(CHART), GOOD["open"])
    messages = found.get("messages", found) if isinstance(found, dict) else found
    return [one for one in messages if _weight(one) > 1]


def _weight(message: Any) -> int:
    given = message.get("severity") if isinstance(message, dict) else message.severity
    names = {"unknown": 0, "info": 1, "warning": 2, "error": 3}
    return given if isinstance(given, int) else names[str(given).lower()]


def _rendered(values: dict[str, Any]) -> list[dict[str, Any]]:
    with helm_python.Chart.load(str(CHART)) as chart:
        chart.validate_schema(values)
        files = chart.render(values, name="search", namespace="law")
    texts = [text for name, text in sorted(files.items()) if name.endswith(".yaml")]
    return [one for text in texts for one in yaml.safe_load_all(text) if one]


def _checked(documents: list[dict[str, Any]]) -> list[str]:
    wrong = broken_rules(documents)
    for document in documents:
        for version in VERSIONS:
            try:
                kubernetes_validate.validate(document, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                wrong.append(f"{document['kind']} for {version}: {error.message}")
    return wrong


def _refused(values: dict[str, Any], told: str) -> list[str]:
    try:
        _rendered(values)
    except helm_python.HelmError as error:
        return [] if told in str(error) else [f"refused without naming {told}: {error}"]
    return ["it is not refused"]


if __name__ == "__main__":
    sys.exit(main())
