"""Label maps, profiles, rules and sample forms: data only, no code."""
