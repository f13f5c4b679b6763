"""Why a secure connection did not come about: somebody answered, who is not, or not provably, who was meant."""

import ssl
from typing import Final

# OpenSSL's numbers of what is wrong with a certificate (x509_vfy.h).
_BY_NUMBER: Final = {
    9: "certificate-early", 10: "certificate-expired", 62: "certificate-name", 64: "certificate-name",
    2: "certificate-authority", 18: "certificate-authority", 19: "certificate-authority",
    20: "certificate-authority", 21: "certificate-authority",
}  # fmt: skip
# What OpenSSL makes of an answer that is no TLS at all.
_NO_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNEXPECTED_MESSAGE", "RECORD_LAYER_FAILURE"})


def tls_code(error: BaseException | None) -> str | None:
    """Tell why no secure connection came about.

    Args:
        error: What a client raised; OpenSSL's own error may be behind it.

    Returns:
        A code of `words.TLS`; None where it was something else, such as that nobody answers.
    """
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, ssl.SSLCertVerificationError):
            return _BY_NUMBER.get(error.verify_code, "certificate-refused")
        reason = getattr(error, "reason", None)
        if isinstance(error, ssl.SSLError) and reason in _NO_TLS:
            return "no-tls"
        # urllib has the cause as a reason, and no other way to it.
        error = reason if isinstance(reason, Exception) else error.__cause__ or error.__context__
    return None
