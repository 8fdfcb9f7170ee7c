"""Models, and the linear algebra of the linear one."""
