"""Every error that a user or a caller can meet.

The tree; the number is the HTTP status that `api.errors` maps it to::

    ZhongcaoError                 500
    ├── InputError                422   what was given cannot be used; names the field, line or rule
    │   ├── NotAnExport           422   a file that is no export we know
    │   └── SettingsError         500   a setting with a value that cannot be
    ├── NotFound                  404   no such content, segment, source, subscription
    ├── Conflict                  409   the same key with another body, a name taken
    ├── NotAllowed                403   the key's scope, the rights state or the compliance gate forbids it
    ├── BlockedAddress            422   an address that the outbound guard refuses
    ├── FetchFailed               502   a source or endpoint did not answer usefully
    └── IndexUnavailable          503   no index yet; it is being rebuilt

Messages are written for the person who reads them: one sentence in Chinese, what is wrong and what is expected.
"""


class ZhongcaoError(Exception):
    """Base of all errors raised on purpose. `message` is shown to the user as it is."""

    def __init__(self, message: str, *, field: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.line = line


class InputError(ZhongcaoError):
    """What was given cannot be used."""


class NotAnExport(InputError):
    """A file that is no export we know."""


class SettingsError(InputError):
    """A setting with a value that cannot be."""


class NotFound(ZhongcaoError):
    """No such content, segment, source or subscription."""


class Conflict(ZhongcaoError):
    """The same key with another body, or a name that is taken."""


class NotAllowed(ZhongcaoError):
    """The key's scope, the rights state or the compliance gate forbids it."""


class BlockedAddress(ZhongcaoError):
    """An address that the outbound guard refuses."""


class FetchFailed(ZhongcaoError):
    """A source or an endpoint did not answer usefully."""


class IndexUnavailable(ZhongcaoError):
    """There is no index to answer from yet."""
