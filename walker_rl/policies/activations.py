"""Names of activations, apart from their functions, since configurations need them and must load nothing heavy."""

ACTIVATIONS = ("elu", "relu", "tanh")
"""`policies/torso.py` evaluates them in NumPy, `networks/torso.py` in TensorFlow."""
