"""Commands of ``voc``, one module a group; each imports what it needs when it runs, so that ``voc --help`` answers at once."""
