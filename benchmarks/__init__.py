"""How right and how fast: our engines beside raw pdfplumber, raw camelot and bare pdfium, in one run. `make bench`, or

    python -m benchmarks [--out benchmarks/results] [--quick]

reads data/samples (their truth is in tests/golden) and generated forms; `make bench CORPUS=DIR` reads every NAME.pdf of DIR that
has its truth beside it in NAME.json instead of the samples.
"""
