"""Lists from other systems: CSV or Excel in any of their shapes, as headers and rows of text. Knows nobody's columns.

`reading.read` opens a file, `matching.guess` says what each column holds, `writing.write` gives rows back for a
spreadsheet. Whoever takes a list (of patients, of appointments) brings the columns it knows.
"""
