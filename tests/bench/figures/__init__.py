"""One module a group of figures: measure(options) yields them as they are found."""
