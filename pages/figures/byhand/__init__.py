"""BPTT by hand: the sheet, the equations, the expansion."""
