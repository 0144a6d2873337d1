"""Running Keepwell: its database server, its folders and keys, and the checks on both."""
