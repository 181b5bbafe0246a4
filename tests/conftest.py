"""Settings that must be made before the first import of TensorFlow and Matplotlib."""

import os
import warnings

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("MPLBACKEND", "Agg")

with warnings.catch_warnings():  # Importing gym changes the filters.
    import gym  # noqa: F401
