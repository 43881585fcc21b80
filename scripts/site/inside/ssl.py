"""Names that anyio asks for when it is imported; in a browser there are no sockets to secure."""


class SSLError(OSError):
    """Raised by nothing here."""


class SSLCertVerificationError(SSLError, ValueError):
    """Raised by nothing here."""


class SSLContext:
    """A context that nobody can make."""

    def __init__(self, *_: object) -> None:
        raise NotImplementedError("A browser has no sockets.")


class SSLObject(SSLContext):
    """An object that nobody can make."""


class SSLSocket(SSLContext):
    """A socket that nobody can make."""


class MemoryBIO(SSLContext):
    """A buffer that nobody can make."""


SSLZeroReturnError = SSLWantReadError = SSLWantWriteError = SSLSyscallError = SSLEOFError = SSLError
OP_IGNORE_UNEXPECTED_EOF = 0
