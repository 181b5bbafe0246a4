"""Text from elsewhere, such as names in files that people download, made fit for a terminal, a figure and one line."""


def printable(text: str) -> str:
    """Returns `text` without control characters; white space of any kind becomes a space."""
    return "".join(char if char.isprintable() else " " * char.isspace() for char in text)
