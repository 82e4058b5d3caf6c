"""Every cap on what one document may cost, with its unit and its reason.

The caps stand well above what real forms need (a form has 1 to 12 A4 pages, some 2,000 characters a page and below 400 ruling
positions) and well below what would harm the neighbours on the same machine.
"""

from __future__ import annotations

MIB = 1024 * 1024
GIB = 1024 * MIB

# --- the file -----------------------------------------------------------------------------------------------------------
#: bytes. A 300 dpi colour scan takes about 1 MB a page; a department's bound volume of 80 scanned pages still fits.
MAX_BYTES = 100 * MIB
#: bytes up to which a file that is refused for its size still gets its sha256 (2 s a GiB).
MAX_HASHED_BYTES = 2 * GIB
#: bytes from the start within which `%PDF-` must stand: Acrobat's and pdfium's rule (mail gateways prepend lines).
HEADER_WINDOW = 1024
#: pages. A department's volume has up to some 300; 500 at 15 ms a page stays far below MAX_SECONDS.
MAX_PAGES = 500

# --- one page -----------------------------------------------------------------------------------------------------------
#: square points. Twice A0 (8.0 million), so that posters and endless web pages (595 x 14,400 = 8.6 million) pass.
MAX_PAGE_AREA = 16_000_000
#: characters on a page. A full A4 page of 5 pt type has 19,000; an endless web page may hold 15 pages' worth.
MAX_PAGE_CHARS = 50_000
#: distinct x plus distinct y positions of rulings on a page. Solver cost follows x times y; 2,000 loose boxes cost pdfplumber 8 s.
MAX_RULING_POSITIONS = 5_000
#: rulings on a page before snapping. A form drawn cell by cell has 4 a cell, about 2,000; a heavily dashed one 10,000.
MAX_RULINGS = 60_000
#: page objects on a page, all kinds. One text object a glyph and one path a dash still stay below.
MAX_PAGE_OBJECTS = 200_000
#: grid positions (rows x columns) of one table. 10,000-cell tables must pass.
MAX_GRID_POSITIONS = 250_000
#: levels of form XObjects within each other that an engine descends; producers use 1 to 3.
MAX_OBJECT_DEPTH = 12

#: pixels of one embedded image that is decoded for recognition or a report: A3 at 600 dpi has 70 million (210 MB in colour).
MAX_IMAGE_PIXELS = 80_000_000

# --- streams ------------------------------------------------------------------------------------------------------------
#: bytes of one content stream once inflated: the densest map has some 20 MB; 256 MB cost pdfium 5 s and 0.5 GiB. Images are not meant.
MAX_STREAM_BYTES = 64 * MIB
#: bytes inflated in all to check that content is whole; beyond that the time limit is the guard.
MAX_INFLATED_BYTES = 256 * MIB

# --- the child process -------------------------------------------------------------------------------------------------
# Seconds are those of the processor, all threads together: on a busy night a document waits its turn as long as it takes.
#: seconds for a document read from its text layer (usual: 0.05).
MAX_SECONDS = 20.0
#: seconds to start recognition (models are loaded once a process), and for each page of it (usual: 4 and 15, on however many cores).
OCR_START_SECONDS = 45.0
OCR_PAGE_SECONDS = 75.0
#: seconds for a recognised document at the most, however many pages it has.
OCR_MAX_SECONDS = 2_400.0
#: seconds of the wall clock for each second of a limit: what neither computes nor sleeps all the time (a disk that does not answer) ends too.
WALL_FACTOR = 30.0
#: times as much for a child that lets all others go first.
YIELDING_FACTOR = 10.0
#: seconds of the wall clock until a new child must have taken up its first call (usual: 0.01).
START_SECONDS = 300.0
#: pages that are recognised in one document.
MAX_OCR_PAGES = 60
#: seconds to draw one page image for a report.
RENDER_SECONDS = 20.0
#: bytes of address space. Reading takes 0.2 GiB, pandas 0.5 to import, a 0.8 kB hostile file drives pdfium to 7 GB without this.
MAX_ADDRESS_SPACE = 3 * GIB // 2
#: bytes of address space for recognition: its libraries take 1 GiB before the first page.
OCR_ADDRESS_SPACE = 5 * GIB // 2
#: bytes a child may write to any one file (temporary images of engines).
MAX_WRITTEN_BYTES = 256 * MIB
#: documents that one child reads before it is replaced, so that leaks and damaged heaps do not outlive them. Twenty would cost 5% more time.
DOCUMENTS_PER_CHILD = 40
#: the same for a child that draws pages: only documents that were read without harm come to it, its libraries take 0.2 s to load, and it has
#: not grown after 800 documents.
DRAWN_PER_CHILD = 240

# --- page images --------------------------------------------------------------------------------------------------------
#: pixels of a drawn page: A3 at 200 dpi. 4 bytes each while drawing.
MAX_PIXELS = 8_000_000
#: bytes of a page image in a report: 100 pages stay below 12 MB.
IMAGE_BYTES = 120_000
