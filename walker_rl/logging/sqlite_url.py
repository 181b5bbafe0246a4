"""The URL of a SQLite database, for SQLAlchemy."""

from pathlib import Path


def sqlite_url(path: Path) -> str:
    """Names the file at `path` and no other, whatever characters it has: those of a URL or a template are quoted.

    MLflow would make folders for a URL that begins with `sqlite:///`, and knows no quoting.
    """
    return f"sqlite+pysqlite:///{path.absolute().as_uri()}?uri=true"
