"""One page of many runs, which needs nothing but a browser."""
