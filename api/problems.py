"""Problems: the errors only HTTP knows. They join the tree of ``voc.errors`` and carry no words of the sender.

::

    VocError
    ├── InputError
    │   ├── BadJsonError           bad_json
    │   ├── DuplicateNameError     duplicate_name
    │   └── BadValueError          bad_value
    └── RequestError               the request itself cannot be served
        ├── UnauthenticatedError   unauthenticated
        ├── ForbiddenError         forbidden
        ├── CrossSiteError         cross_site
        ├── MethodNotAllowedError  method_not_allowed
        ├── UnsupportedTypeError   unsupported_type
        ├── BodyTooLargeError      body_too_large
        ├── RateLimitedError       rate_limited
        └── OverloadedError        overloaded
"""

from voc.errors import InputError, VocError


class RequestError(VocError):
    """The request cannot be served; nothing was stored."""

    code = "bad_request"


class BadJsonError(InputError):
    """The body is not JSON as RFC 8259 and our limits have it."""

    code = "bad_json"


class DuplicateNameError(InputError):
    """A JSON object names one member twice."""

    code = "duplicate_name"


class BadValueError(InputError):
    """A value is of the wrong kind or a name is not known."""

    code = "bad_value"


class UnauthenticatedError(RequestError):
    """The request carries no key that is known and not revoked."""

    code = "unauthenticated"


class ForbiddenError(RequestError):
    """The key does not have the scope this needs."""

    code = "forbidden"


class CrossSiteError(RequestError):
    """The request comes from a page of another site."""

    code = "cross_site"


class MethodNotAllowedError(RequestError):
    """The address does not answer this method."""

    code = "method_not_allowed"


class UnsupportedTypeError(RequestError):
    """The body is not sent as UTF-8 JSON."""

    code = "unsupported_type"


class BodyTooLargeError(RequestError):
    """The body is larger than the limit; it was not read to its end."""

    code = "body_too_large"


class RateLimitedError(RequestError):
    """The key made too many requests within a minute."""

    code = "rate_limited"


class OverloadedError(RequestError):
    """Too many requests are being served at once."""

    code = "overloaded"
