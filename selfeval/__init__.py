"""Self-evaluation forms read, recorded, audited and reported. The rooms are subpackages; the top-level folders hold them."""
