"""Answers are worked out once, until they are forgotten."""

from __future__ import annotations

from selfeval.core.batch_cache import forget, remembered
from selfeval.flows.run.heap import hand_back


def test_an_answer_is_worked_out_once_until_it_is_forgotten() -> None:
    asked: list[str] = []

    @remembered
    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    for again in (forget, hand_back, lambda: None):
        assert [length(text) for text in ("产出", "产出", "效益指标")] == [2, 2, 4]
        assert asked == ["产出", "效益指标"]
        again()
        asked.clear()
    assert length("产出") == 2
    assert asked == []
