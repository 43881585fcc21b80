"""Letters, equations and diagrams of the cells, as several sources write them."""
