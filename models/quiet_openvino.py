"""OpenVINO, imported so that it does not report its use over the network.

``import openvino`` sends an event, and writes an identifier into the home folder, whenever the
package ``openvino_telemetry`` can be imported. Where it cannot, OpenVINO and NNCF fall back to a
stub of their own; so it is made unimportable in this process. Everything in this program takes
``openvino`` from here.
"""

import sys

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

import openvino  # noqa: E402

__all__ = ["openvino"]
