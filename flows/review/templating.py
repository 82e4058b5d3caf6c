"""The desk's pages, made with the templates, words and filters of the report."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from selfeval.reports.site import environment

TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    report = environment.environment("zh")
    return report.overlay(
        loader=ChoiceLoader([FileSystemLoader(TEMPLATES), FileSystemLoader(environment.TEMPLATES)])
    )


def render(template: str, **context: Any) -> str:
    return _environment().get_template(template).render(root="/", **context)
