"""Self-evaluation forms read, recorded, audited and reported. The rooms are subpackages; the top-level folders hold them."""

import os

# Before anything imports onnxruntime, in every process: on Linux it makes an id of the device and posts to its maker unless told not to.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
