"""Everything that a person sees on the terminal: of a run, of a launched run, of a sweep."""
