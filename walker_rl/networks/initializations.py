"""Names of initializations, apart from their functions, since configurations need them and must load nothing heavy."""

INITIALIZATIONS = ("uniform_fan_out", "uniform_fan_in", "orthogonal")
"""`initializers.hidden_layer` takes them."""
