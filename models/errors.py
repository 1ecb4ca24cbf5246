"""What can go wrong between text and numbers.

* ModelError
  + UnknownModelError      no prepared model of that name, and no such folder
  + MissingBackendError    the package that runs this kind of model is not installed
  + ModelCorruptError      a file of the model is missing, torn, or not the one its spec names
  + PickledModelError      its weights are a pickle, which is not read
  + UnsupportedModelError  the model cannot be carried over, or the promises not kept with it
  + CalibrationError       the texts given make too few passages
  + TargetExistsError      a prepared model is already there
  + ModelWriteError        its folder cannot be written: full, read-only, not ours
  + TextTooLongError       a passage does not fit the model's window
  + ClusterError
    - ClusterAddressError      the setting that names a cluster cannot be
    - ClusterUnavailableError  the cluster does not answer, or has no worker
    - WorkerRefusedError       a worker does not compute what this machine does
"""


class ModelError(Exception):
    """Base of everything this package raises; each message ends in what to do."""


class UnknownModelError(ModelError):
    """No prepared model of that name, and no such folder."""

    def __init__(self, name: str, *, known: tuple[str, ...]) -> None:
        self.name = name
        self.known = known
        super().__init__(
            f"no model named {name!r}, and no folder of that path; "
            f"known names: {', '.join(known) or 'none'}; see `opinion-search models list`"
        )


class MissingBackendError(ModelError):
    """The package that runs this kind of model is not installed."""

    def __init__(self, *, model: str, package: str) -> None:
        self.model = model
        self.package = package
        super().__init__(
            f"the model {model!r} needs the package {package}, which is not installed; "
            "run `make reference`, or use a prepared model (`opinion-search models list`)"
        )


class ModelCorruptError(ModelError):
    """A file of the model is missing, torn, or not the one its spec names."""

    def __init__(self, where: object, reason: str) -> None:
        self.where = where
        self.reason = reason
        super().__init__(f"{where}: {reason}; restore the folder or prepare the model again")


class PickledModelError(ModelError):
    """Weights are a pickle, which can run any program while it is read; so it is not read."""

    def __init__(self, where: object) -> None:
        self.where = where
        super().__init__(
            f"{where}: these weights are a pickle, which can run any program while it is read; where you "
            "trust it, save the model again (sentence-transformers then writes safetensors): "
            "SentenceTransformer(FOLDER).save(NEW_FOLDER), and name the new folder"
        )


class UnsupportedModelError(ModelError):
    """The model cannot be carried over, or this program's promises cannot be kept with it."""

    def __init__(self, model: str, reason: str) -> None:
        self.model = model
        self.reason = reason
        super().__init__(
            f"the model {model!r} is not supported: {reason}; choose a text model made of a "
            "transformer, mean or CLS pooling and, perhaps, normalisation"
        )


class CalibrationError(ModelError):
    """The texts given make too few passages."""

    def __init__(self, *, passages: int, least: int) -> None:
        self.passages = passages
        self.least = least
        super().__init__(
            f"the calibration texts make {passages} different passages, at least {least} are "
            "needed; give more text of the kind that will be searched"
        )


class TargetExistsError(ModelError):
    """A prepared model is already there."""

    def __init__(self, target: object) -> None:
        self.target = target
        super().__init__(f"{target}: already exists; remove it, or name another folder")


class ModelWriteError(ModelError):
    """The folder of a model cannot be written: full, read-only, not ours."""

    def __init__(self, target: object, reason: str) -> None:
        self.target = target
        self.reason = reason
        super().__init__(
            f"{target}: {reason}; free some space or name a folder that may be written to"
        )


class TextTooLongError(ModelError):
    """A passage does not fit the model's window."""

    def __init__(self, *, position: int, tokens: int, budget: int) -> None:
        self.position = position
        self.tokens = tokens
        self.budget = budget
        super().__init__(
            f"text {position} has {tokens} tokens and the model reads {budget}; cut it into "
            "passages of at most that many tokens first"
        )


class ClusterError(ModelError):
    """Embedding on many machines is not to be had."""


class ClusterAddressError(ClusterError):
    """The setting that names a cluster cannot be."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"--cluster (OPINION_SEARCH_CLUSTER): {reason}")


class ClusterUnavailableError(ClusterError):
    """The cluster does not answer, or has no worker."""

    def __init__(self, where: str, reason: str) -> None:
        self.where = where
        self.reason = reason
        super().__init__(
            f"the cluster at {where} {reason}; see that its scheduler and its workers run, then do this "
            "again: what was embedded is kept"
        )


class WorkerRefusedError(ClusterError):
    """A worker does not compute what this machine does."""

    def __init__(self, worker: str, reason: str) -> None:
        self.worker = worker
        self.reason = reason
        super().__init__(f"the worker {worker} is refused: {reason}")
