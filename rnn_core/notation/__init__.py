"""How sources write the cells: letters, equations, diagrams."""
