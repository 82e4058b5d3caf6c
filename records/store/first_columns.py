"""The columns by which readings were told apart when the store was first made. Frozen, like a migration: it imports nothing that may change.

The name of a file is no part of what was read."""

from __future__ import annotations

_TABLES = {
    "documents": """
        document_id pages status reason_code reason_message reason_hint forms""",
    "forms": """
        form_id document_id form title year project_name authority unit leader phone
        amount_unit goal_expected goal_actual total_label total_weight total_score
        total_explanation profile has_scores total_weight_value total_weight_half
        total_score_value total_score_half""",
    "funds": """
        record_id form_id form subject position label is_total_row initial budget executed
        weight rate score initial_value initial_half budget_value budget_half executed_value
        executed_half weight_value weight_half rate_value rate_half score_value score_half
        rate_fraction rate_fraction_half""",
    "indicators": """
        record_id form_id form subject position level1 level2 level3 target actual weight
        score explanation weight_value weight_half score_value score_half is_placeholder""",
    "cells": """
        form_id path text page x0 top x1 bottom part confidence doubt""",
}
FIRST_COLUMNS = {table: tuple(names.split()) for table, names in _TABLES.items()}
