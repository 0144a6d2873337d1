"""What the suite stands on: a real server, a database of its own per worker, and no way out to the network.

Tests commit for real. Each worker clones a template that the owner migrated once; nothing is wrapped in a
transaction and nothing is flushed, because every guard of Keepwell lives at a commit.
"""
