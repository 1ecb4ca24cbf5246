"""What can go wrong while a question is answered; `service/problems.py` turns each into a status.

* ServiceError
  + QueryError          a value of the request is out of its range, or asks for what cannot be
  + NotReadyError       no index is open yet, or the canary query failed
  + OverloadedError     more requests are waiting than the settings allow
  + SettingsError       a setting is unknown or has a value that cannot be
  + ListenError         the address to serve on cannot be had
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

    def __init__(self, *, waiting: int) -> None:
        self.waiting = waiting
        super().__init__(
            f"{waiting} requests are being answered already; wait as long as Retry-After says, "
            "then try again"
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
