"""Pages write 1.234,50 as Unicode's tables do; Django's own table parts thousands with a space, and would refuse the point."""

THOUSAND_SEPARATOR = "."
