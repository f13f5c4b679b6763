"""Two repairs of the outermost DER of a time-stamp answer, before a strict parser reads it.

Many authorities put the certificates of a token in the order of the chain, as OpenSSL's own `ts -reply -chain` does,
but DER requires them sorted by their bytes. Some return the bare token without the response around it. Neither the
certificates' order nor the response's status is signed, so repairing them changes nothing that is verified.

Unexpected input is returned unchanged: the parser then reports what is wrong with it.
"""

from typing import Final, NamedTuple

_SEQUENCE: Final = 0x30
_OBJECT_IDENTIFIER: Final = 0x06
_CONTEXT: Final = (0xA0, 0xA1)  # of SignedData: certificates, revocation lists
_GRANTED: Final = bytes.fromhex("3003020100")  # PKIStatusInfo { status 0 }


class _Element(NamedTuple):
    tag: int
    start: int
    content: int
    end: int


def as_response(data: bytes) -> bytes:
    """Return a TimeStampResp for a TimeStampResp or a bare TimeStampToken.

    Source: RFC 3161 §2.4.2; RFC 5652 §3 (a token is a ContentInfo, which begins with an object identifier).
    """
    try:
        [outer] = _elements(data, 0, len(data))
        first = _elements(data, outer.content, outer.end)[0]
    except (ValueError, IndexError):
        return data
    if outer.tag != _SEQUENCE or first.tag != _OBJECT_IDENTIFIER:
        return data
    content = _GRANTED + data
    return bytes([_SEQUENCE]) + _length(len(content)) + content


def in_order(response: bytes) -> bytes:
    """Return a TimeStampResp with the certificates and revocation lists of its token in DER's order.

    Source: X.690 §11.6; RFC 5652 §5.1.
    """
    data = bytearray(response)
    try:
        [outer] = _elements(response, 0, len(response))
        token = _elements(response, outer.content, outer.end)[1]
        wrapped = _elements(response, token.content, token.end)[1]
        [signed] = _elements(response, wrapped.content, wrapped.end)
        for part in _elements(response, signed.content, signed.end):
            if part.tag in _CONTEXT:
                members = [
                    response[element.start : element.end] for element in _elements(response, part.content, part.end)
                ]
                data[part.content : part.end] = b"".join(sorted(members))
    except (ValueError, IndexError):
        return response
    return bytes(data)


def _elements(data: bytes, at: int, end: int) -> list[_Element]:
    """Read the elements that fill [at, end), each with a low tag number and a definite length."""
    elements = []
    while at < end:
        length, content = data[at + 1], at + 2
        if length == 0x80 or data[at] & 0x1F == 0x1F:
            raise ValueError("indefinite length or long tag")
        if length > 0x80:
            size = length & 0x7F
            length, content = int.from_bytes(data[content : content + size]), content + size
        if content + length > end:
            raise ValueError("longer than what holds it")
        elements.append(_Element(data[at], at, content, content + length))
        at = content + length
    return elements


def _length(length: int) -> bytes:
    if length < 0x80:
        return bytes([length])
    size = (length.bit_length() + 7) // 8
    return bytes([0x80 | size]) + length.to_bytes(size)
