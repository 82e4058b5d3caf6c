"""What people read: the static site, workbooks, letters and diffs made from the tidy tables. Never opens a PDF."""
