"""The protocol of the runner's socket: frames and proofs. Pure: bytes in, bytes out.

    u8 type | u32 little-endian length (at most 1 MiB) | payload
"""
from __future__ import annotations

import struct

MAX_PAYLOAD = 1 << 20
NONCE_BYTES = 32
PROOF_BYTES = 32

HELLO = b"h"
PROOF = b"p"
ATTACH = b"a"
INPUT = b"i"
RESIZE = b"r"
SIGNAL = b"s"
OUTPUT = b"o"
ENDED = b"x"
ERROR = b"e"

_HEADER = struct.Struct("<cI")


class WireError(Exception):
    """The other side does not speak this protocol."""


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    if len(payload) > MAX_PAYLOAD:
        raise WireError("a frame of %d bytes is too long" % len(payload))
    return _HEADER.pack(kind, len(payload)) + payload


def frames_of(kind: bytes, data: bytes) -> bytes:
    """As many frames as it takes: output comes in any size."""
    return b"".join(
        frame(kind, data[start:start + MAX_PAYLOAD]) for start in range(0, len(data), MAX_PAYLOAD)
    )


class FrameReader:
    """Cuts a stream of bytes into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        self._buffer += data
        frames = []
        start = 0
        while len(self._buffer) - start >= _HEADER.size:
            kind, length = _HEADER.unpack_from(self._buffer, start)
            if length > MAX_PAYLOAD:
                raise WireError("a frame of %d bytes was announced" % length)
            end = start + _HEADER.size + length
            if len(self._buffer) < end:
                break
            frames.append((kind, bytes(self._buffer[start + _HEADER.size:end])))
            start = end
        del self._buffer[:start]
        return frames


def read_token(path: str) -> bytes:
    """The key: the token's hexadecimal digits as ASCII, as they stand in the file."""
    with open(path, "rb") as file:
        token = file.read(4096).strip()
    if len(token) < 32:
        raise OSError(0, "the token file %s holds no token" % path)
    return token


def proof(token: bytes, role: bytes, nonce: bytes) -> bytes:
    """What only a holder of the token can answer; the role keeps one side from echoing the other's proof."""
    import hmac  # imported at the first connection: it loads OpenSSL, which a run without one can spare

    return hmac.new(token, role + nonce, "sha256").digest()


def same(left: bytes, right: bytes) -> bool:
    import hmac

    return hmac.compare_digest(left, right)
