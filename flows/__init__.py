"""The Prefect flow behind `selfeval run`, its ledger and workspace, and the command line. Nothing here knows how a PDF is read."""
