"""What must hold in every rendering, whatever the values; pure functions on parsed documents."""

from collections.abc import Iterator
from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]


def broken_rules(documents: list[Document]) -> list[str]:
    """Return what is wrong, in sentences."""
    wrong = [problem for pod in pods(documents) for problem in _of_pod(pod)]
    claims = {_name(one) for one in documents if one["kind"] == "Service"}
    return [*wrong, *_unselected(documents), *_unreachable(documents, claims)]


def pods(documents: list[Document]) -> Iterator[Document]:
    """Yield the pod templates, with their labels."""
    for one in documents:
        if one["kind"] == "Deployment":
            yield one["spec"]["template"]
        elif one["kind"] == "CronJob":
            yield one["spec"]["jobTemplate"]["spec"]["template"]


def _of_pod(pod: Document) -> Iterator[str]:
    spec = pod["spec"]
    yield from _of_whole_pod(spec)
    volumes = {one["name"] for one in spec.get("volumes", ())}
    for container in spec["containers"]:
        name, security = container["name"], container["securityContext"]
        if not security["readOnlyRootFilesystem"] or security["allowPrivilegeEscalation"]:
            yield f"{name} may write its root or gain privileges"
        if security["capabilities"] != {"drop": ["ALL"]}:
            yield f"{name} has capabilities"
        if not {"requests", "limits"} <= container["resources"].keys():
            yield f"{name} has no requests or no limits"
        mounted = {one["name"] for one in container["volumeMounts"]}
        if mounted != volumes:
            yield f"{name} mounts {sorted(mounted)} of {sorted(volumes)}"
        if container["image"].endswith((":", ":latest")):
            yield f"{name} has no version of its image"


def _of_whole_pod(spec: Document) -> Iterator[str]:
    if not spec["securityContext"].get("runAsNonRoot") or spec.get("automountServiceAccountToken"):
        yield "a pod may run as root, or has a token"
    if spec.get("enableServiceLinks", True):
        yield "a pod is told of a service `opinion-search` by OPINION_SEARCH_PORT, which is a setting"
    for volume in spec.get("volumes", ()):
        if "medium" in volume.get("emptyDir", ()):
            yield f"{volume['name']} is kept in memory"


def _unselected(documents: list[Document]) -> Iterator[str]:
    """Name what selects no pod."""
    labels = [pod["metadata"]["labels"] for pod in pods(documents)]
    for one in documents:
        spec = one.get("spec", {})
        if one["kind"] == "Service":
            wanted = spec["selector"]
        elif one["kind"] == "PodDisruptionBudget":
            wanted = spec["selector"]["matchLabels"]
        elif one["kind"] == "NetworkPolicy":
            wanted = spec["podSelector"]["matchLabels"]
        else:
            continue
        if "build" not in _name(one) and not any(wanted.items() <= each.items() for each in labels):
            yield f"{one['kind']} {_name(one)} selects no pod"


def _unreachable(documents: list[Document], services: set[str]) -> Iterator[str]:
    """Name a Dask address that no service answers."""
    for pod in pods(documents):
        for container in pod["spec"]["containers"]:
            values = [one.get("value", "") for one in container.get("env", ())]
            for text in [*container.get("args", ()), *values]:
                if text.startswith("tls://") and text[6:].partition(":")[0] not in services:
                    yield f"{container['name']} asks {text}, which is no service of the chart"


def _name(document: Document) -> str:
    return str(document["metadata"]["name"])
