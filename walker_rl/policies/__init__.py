"""Policies that play without TensorFlow: their shape as data, their evaluation in NumPy, and their files."""
