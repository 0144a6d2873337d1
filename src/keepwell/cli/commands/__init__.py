"""One module per command: its docstring is its help, `add(parser)` declares its arguments, `run(args)` does it."""
