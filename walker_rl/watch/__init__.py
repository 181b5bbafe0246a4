"""A web page that shows runs while they train; it only reads their directories."""
