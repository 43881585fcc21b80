"""Inside the cell: the wiring diagram, where its parts stand, its equations."""
