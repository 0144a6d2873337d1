"""The command line. Each file in `commands/` is a command; nothing lists them."""
