"""The page: the record that it reads, and how its modules become one text."""
