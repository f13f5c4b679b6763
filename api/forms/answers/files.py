"""A file as an answer: its hash, size and media type. The file itself stays with who has it until an entry cites it."""

import hashlib
from pathlib import PurePath
from typing import Final

# By the ending of a name: the same on every machine.
_TYPES: Final = {
    ".csv": "text/csv",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".html": "text/html",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".md": "text/markdown",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/xml",
    ".zip": "application/zip",
}
FILE: Final = ":file"  # after a question's path: the file that answers it
NAME: Final = ":name"  # what the file was called


def answers_of_file(path: str, name: str, data: bytes, *, is_document: bool) -> dict[str, list[str]]:
    """Give the answers that a file stands for.

    Args:
        path: The question's path.
        name: The file's name.
        data: Its bytes.
        is_document: Whether size and media type are answers too; a digest is prefixed by who asks for one.
    """
    digest = hashlib.sha256(data).hexdigest()
    shown = PurePath(name.replace("\\", "/")).name[:200]
    if not is_document:
        return {path: [digest], f"{path}{NAME}": [shown]}
    return {
        f"{path}.sha256": [digest],
        f"{path}.size": [str(len(data))],
        f"{path}.media_type": [_TYPES.get(PurePath(shown).suffix.casefold(), "application/octet-stream")],
        f"{path}{NAME}": [shown],
    }
