"""How much a finding weighs."""

from __future__ import annotations

from collections.abc import Mapping

#: In order of weight: an error cannot be right, a warning needs an explanation on the form, an information is a hint.
SEVERITIES = ("error", "warning", "information")
SEVERITY_CAPTIONS: Mapping[str, str] = {"error": "错误", "warning": "警告", "information": "提示"}
