"""What can go wrong while a question is answered; `service/problems.py` turns each into a status.

* ServiceError
  + QueryError          a value of the request is out of its range, or asks for what cannot be
  + NotReadyError       no index is open yet, or the canary query failed
  + OverloadedError     more requests are waiting than the settings allow
  + DeadlineError       the answer was not there in the time that a request may take
  + SettingsError       a setting is unknown or has a value that cannot be
  + ListenError         the address to serve on cannot be had
  + KeysError           the file of API keys cannot be read or written, or a key cannot be had

`AbandonedError` stands outside of the tree: nobody waits for the answer, so none is made of it.
"""


class ServiceError(Exception):
    """Base of everything this package raises; each message ends in what to do."""


class QueryError(ServiceError):
    """A value of the request is out of its range, or asks for what cannot be."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")


class NotReadyError(ServiceError):
    """No index is open yet, or the canary query failed."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the service is not ready: {reason}")


class OverloadedError(ServiceError):
    """More requests are waiting than the settings allow."""

    def __init__(self, *, waiting: int, retry_after_s: int | None = None) -> None:
        self.waiting = waiting
        self.retry_after_s = retry_after_s
        """When there will probably be room; `None` where that is not known."""
        super().__init__(
            f"{waiting} requests are being answered already; wait as long as Retry-After says, "
            "then try again"
        )


class DeadlineError(ServiceError):
    """The answer was not there in the time that a request may take."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        super().__init__(
            f"no answer within the {limit_s:g} seconds that a request may take; ask for less at once, or "
            "wait as long as Retry-After says and try again"
        )


class SettingsError(ServiceError):
    """A setting is unknown or has a value that cannot be."""


class ListenError(ServiceError):
    """The address to serve on cannot be had."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        self.host = host
        self.port = port
        self.reason = reason
        super().__init__(
            f"cannot listen on {host}, port {port}: {reason}; name an address of this machine with "
            "--host and a free port with --port"
        )


class KeysError(ServiceError):
    """The file of API keys cannot be read or written, or holds no key of that name."""

    def __init__(self, subject: str, reason: str) -> None:
        self.subject = subject
        self.reason = reason
        super().__init__(f"{subject}: {reason}")


class AbandonedError(Exception):
    """The caller has gone, or has been told that the time is over: stop the work.

    Not a `ServiceError`, so that a batch, which answers those one by one, stops as well.
    """


def is_fault(error: BaseException) -> bool:
    """Whether ``error`` is a fault, to be told, and not the end of a process or of a task.

    A panic of Rust (tantivy, tokenizers) is one, though it comes as a `BaseException`, whose class no
    module exports.
    """
    return isinstance(error, Exception) or type(error).__module__ == "pyo3_runtime"
