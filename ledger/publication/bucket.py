"""A log in an object store that speaks S3, for readers at any scale: `s3://BUCKET/PREFIX`.

- B1: tiles, bundles, documents and anchors are put create-only (`If-None-Match: *`). Where an object is there already,
  its bytes are compared: the same are a cut run's, others end the run.
- B2: the checkpoint is put with `If-Match` of the one that was read: two publishers can't replace each other's, and an
  older store never puts its older one back.
- B3: before the first put, both conditions are tried on that very object with its own bytes: a store that ignores them
  would break B1 and B2 without a word.
- B4: every put that came before the checkpoint has been acknowledged when the checkpoint is put.

An object is there whole or not at all, so nothing is left half written. Credentials, region and endpoint come from the
environment, as other programs for S3 read them (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`,
`AWS_REGION`, `AWS_ENDPOINT_URL`), or from the machine's role. `obstore` makes the requests and repeats failed ones with
exponential back-off.
"""

import contextlib
import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Self

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import S3Store

from constancia.ledger.errors import Fatal
from constancia.ledger.publication.target import UnderWay, Unpublished, headers_of
from constancia.verify.core.formats.note import MAX_NOTE_BYTES
from constancia.verify.report.words import TLS
from constancia.verify.sources.files import MAX_DOCUMENT_BYTES
from constancia.verify.sources.layout import CHECKPOINT_NAME, TILES_NAME

if TYPE_CHECKING:
    from obstore import Attributes, GetResult, PutMode

RETRIES: Final = 6
RETRY_S: Final = 60.0
_PUTS: Final = 16  # at a time: a put waits for the network and not for us
_PENDING: Final = 64
_PENDING_BYTES: Final = 64 * 1024 * 1024
_NO_TAG: Final = '"00000000000000000000000000000000"'
_TLS: Final = re.compile(r"\bInvalidCertificate\(\s*(\w+)|\bInvalidMessage\(")
_CERTIFICATES: Final = {
    "Expired": "certificate-expired", "NotValidYet": "certificate-early", "NotValidForName": "certificate-name",
    "UnknownIssuer": "certificate-authority",
}  # fmt: skip
_SHORTEST, _LONGEST = 3, 63  # characters of a bucket's name
_NAME: Final = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9._=~-]+)*)/?", re.ASCII)


class BucketTrouble(Unpublished):
    """The object store can't be reached, or refuses: the same command may succeed later."""


class BucketTarget:
    """A place in a bucket. Use it as a context manager, or `close` it; several runs may share it."""

    def __init__(self, url: str, *, retries: int = RETRIES, retry_s: float = RETRY_S) -> None:
        """Use a place; nothing is asked yet.

        Args:
            url: `s3://BUCKET` or `s3://BUCKET/PREFIX`.
            retries: How often a failed request is repeated.
            retry_s: Seconds after which it is not repeated any more.

        Raises:
            BucketTrouble: The address has another form, or the environment a setting that can't be used.
        """
        name = url.removeprefix("s3://").partition("/")[0]
        if url.startswith("s3://") and name and not _SHORTEST <= len(name) <= _LONGEST:
            raise BucketTrouble(f"a bucket's name has 3 to 63 characters, found {name[:200]}")
        match = _NAME.fullmatch(url)
        if match is None or any(part in (".", "..") for part in url.split("/")):
            raise BucketTrouble(f"an address such as s3://bucket/prefix is expected, found {url[:200]}")
        self._place = url.rstrip("/")
        wait = timedelta(seconds=retry_s)
        with self._told():
            self._store = S3Store(
                match[1],
                prefix=match[2].strip("/") or None,
                retry_config={"max_retries": retries, "retry_timeout": wait},
            )
        self._pool = ThreadPoolExecutor(_PUTS, thread_name_prefix="bucket")
        self._pending: list[Future[None]] = []
        self._pending_bytes = 0
        self._sizes: dict[str, int] | None = None
        self._tag: str | None = None
        self._is_tried = False

    @property
    def place(self) -> str:
        """The address."""
        return self._place

    def close(self) -> None:
        """End what is under way."""
        self._pool.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        """Close the place at the end of a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the place."""
        self.close()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Begin a run. Nothing is locked (B2); another publisher is noticed where its checkpoint comes first."""
        try:
            yield
            self._settle()
        except BaseException:
            self._sizes = None  # what is there now is listed again
            raise
        finally:
            for future in self._pending:
                future.cancel()
            self._pending, self._pending_bytes = [], 0

    def checkpoint(self) -> bytes | None:
        """Read the published checkpoint, and remember which one it was."""
        self._tag = None
        with self._told():
            try:
                answer = obstore.get(self._store, CHECKPOINT_NAME)
            except (FileNotFoundError, NotFoundError):
                return None
            self._tag = answer.meta["e_tag"]
            return self._bytes_of(answer, CHECKPOINT_NAME, MAX_NOTE_BYTES)

    def put_checkpoint(self, note: bytes) -> None:
        """Replace the checkpoint that was read (B2, B4)."""
        self._settle()
        with self._told():
            try:
                self._put(CHECKPOINT_NAME, note, "create" if self._tag is None else {"e_tag": self._tag})
            except (AlreadyExistsError, PreconditionError):
                # The answer to an earlier attempt may have been lost on the way.
                if self.read(CHECKPOINT_NAME) != note:
                    raise UnderWay(self.place) from None

    def size_of(self, path: str) -> int | None:
        """Return a file's size, by a listing that is made once for all runs and then kept up."""
        return self._listed().get(path)

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes."""
        with self._told():
            try:
                answer = obstore.get(self._store, path)
            except (FileNotFoundError, NotFoundError):
                return None
            return self._bytes_of(answer, path, MAX_DOCUMENT_BYTES)

    def _bytes_of(self, answer: "GetResult", path: str, limit: int) -> bytes:
        if answer.meta["size"] > limit:
            raise BucketTrouble(f"{self.place}/{path} has {answer.meta['size']} bytes, more than a log's file has")
        return bytes(answer.bytes())

    def write(self, path: str, data: bytes, *, over: bool = False) -> None:
        """Begin to put a file, which is there when the checkpoint is put, or at the end of the run.

        One that replaces another is put at once, after all that was begun: a list comes after what it lists.
        """
        if over:
            self._settle()
            with self._told():
                self._put(path, data, "overwrite")
        elif not self._is_tried:
            with self._told():
                self._create(path, data)
                self._try_conditions(path, data)
            self._is_tried = True
        else:
            self._pending.append(self._pool.submit(self._write, path, data))
            self._pending_bytes += len(data)
        self._listed()[path] = len(data)
        if len(self._pending) >= _PENDING or self._pending_bytes >= _PENDING_BYTES:
            self._settle()

    def remove(self, path: str) -> None:
        """Remove a file."""
        with self._told(), contextlib.suppress(FileNotFoundError, NotFoundError):
            obstore.delete(self._store, path)
        self._listed().pop(path, None)

    def withdraw(self, path: str) -> bool:
        """Remove a document; earlier versions that the bucket keeps are its owner's to remove."""
        if path not in self._listed():
            return False
        self.remove(path)
        return True

    def tiles(self) -> list[str]:
        """List the paths of all tiles."""
        return [path for path in self._listed() if path.startswith(f"{TILES_NAME}/")]

    def _listed(self) -> dict[str, int]:
        if self._sizes is None:
            with self._told():
                sizes: dict[str, int] = {}
                for chunk in obstore.list(self._store):
                    # A store that gives the same part of its list once more would be listed without end.
                    if any(meta["path"] in sizes for meta in chunk):
                        raise BucketTrouble(f"the object store of {self.place} lists the same files twice")
                    sizes |= {meta["path"]: meta["size"] for meta in chunk}
                self._sizes = sizes
        return self._sizes

    def _write(self, path: str, data: bytes) -> None:
        with self._told():
            self._create(path, data)

    def _create(self, path: str, data: bytes) -> None:
        try:
            self._put(path, data, "create")
        except AlreadyExistsError:
            if self.read(path) != data:
                raise Fatal(
                    "a file that never changes is there with other bytes: of another history, or damaged; --check "
                    "compares and mends what a published checkpoint covers",
                    where=f"{self.place}/{path}",
                ) from None

    def _try_conditions(self, path: str, data: bytes) -> None:
        """See that the store heeds conditions (B3); where it does not, the same bytes are put once more."""
        for mode in ("create", {"e_tag": _NO_TAG}):
            with contextlib.suppress(AlreadyExistsError, PreconditionError):
                self._put(path, data, mode)  # type: ignore[arg-type]  # both are modes
                raise Fatal(
                    "this object store ignores conditions (If-None-Match, If-Match), so that an older publisher "
                    "could put an older checkpoint back: use another one",
                    where=self.place,
                )

    def _put(self, path: str, data: bytes, mode: "PutMode") -> None:
        headers = headers_of(path)
        attributes: Attributes = {"Content-Type": headers.media_type, "Cache-Control": headers.cache}
        if headers.is_attachment:
            attributes["Content-Disposition"] = "attachment"
        obstore.put(self._store, path, data, attributes=attributes, mode=mode, use_multipart=False)

    def _settle(self) -> None:
        """Wait for all that was begun; the first failure is raised."""
        pending, self._pending, self._pending_bytes = self._pending, [], 0
        try:
            for future in pending:
                future.result()
        except BaseException:
            for future in pending:
                future.cancel()
            raise

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Say in a sentence what the library raises; what has a meaning here passes."""
        try:
            yield
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise BucketTrouble(f"the object store refuses {self.place}: {_first_line(error)}") from error
        except (AlreadyExistsError, PreconditionError):
            raise
        except (BaseError, FileNotFoundError) as error:  # also where there is no such bucket
            raise BucketTrouble(f"the object store of {self.place} can't be used: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """Say what the library says, but of a certificate, which it names in what is for its developers alone."""
    match = _TLS.search(str(error))
    if match is None:
        return _first_line(error)
    known = (code for name, code in _CERTIFICATES.items() if (match[1] or "").startswith(name))
    return TLS[next(known, "certificate-refused" if match[1] else "no-tls")]["en"]


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].partition(": <?xml")[0][:300]
