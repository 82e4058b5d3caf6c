"""Files that somebody might send to harm the reader, each a few kB, drawn by `make`; and readers that misbehave, in `readers`."""
