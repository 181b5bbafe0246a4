"""The URL of a SQLite database, for SQLAlchemy."""

from pathlib import Path


def sqlite_url(path: Path) -> str:
    """The URL of the file at `path`, with the special characters of a URL or a template quoted.

    MLflow would create folders for a URL that begins with `sqlite:///`, and does not unquote it.
    """
    return f"sqlite+pysqlite:///{path.absolute().as_uri()}?uri=true"
