"""The error tree. Each class has a stable ``code``; its docstring is its message; HTTP statuses live in ``api/errors.py``.

::

    VocError
    ├── InputError                 what came in cannot be taken; nothing of it was stored
    │   ├── EmptyTextError         empty_text
    │   ├── TextTooLongError       text_too_long
    │   ├── BadCharactersError     bad_characters
    │   ├── OutOfRangeError        out_of_range
    │   ├── NotANumberError        not_a_number
    │   ├── UnknownNameError       unknown_name
    │   ├── BadDateError           bad_date
    │   ├── FutureDateError        future_date
    │   ├── BadMappingError        bad_mapping
    │   ├── BadFileError           bad_file
    │   ├── BadExamplesError       bad_examples
    │   ├── BadEncodingError       bad_encoding
    │   ├── BadFilterError         bad_filter
    │   ├── BadQueryError          bad_query
    │   ├── TooManyItemsError      too_many_items
    │   ├── DecompressedTooLargeError  decompressed_too_large
    │   ├── ErasureInProgressError erasure_in_progress
    │   ├── ErasedError            erased
    │   └── KeyReusedError         idempotency_key_reused
    ├── NotFoundError              not_found
    ├── ModelError                 a model could not be used
    │   ├── ModelRejectedError     model_rejected
    │   │   └── LearntTagsRejectedError  learnt_tags_rejected
    │   ├── ModelUnavailableError  model_unavailable
    │   ├── ModelCrashedError      model_crashed
    │   ├── ModelTimeoutError      model_timeout
    │   └── ModelFailedError       model_failed
    ├── StorageError               the store could not do it; nothing was stored by this request
    │   ├── StorageBusyError       storage_busy
    │   ├── StorageUnavailableError storage_unavailable
    │   ├── StorageReadOnlyError   storage_read_only
    │   ├── StorageCorruptError    storage_corrupt
    │   ├── StorageFullError       storage_full
    │   ├── StorageInUseError      storage_in_use
    │   ├── StorageNewerError      storage_newer
    │   ├── BacklogFullError       backlog_full
    │   └── ShuttingDownError      shutting_down
    └── SettingsError              bad_settings
"""

from typing import ClassVar, Self


class VocError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "internal"

    def __init__(self, message: str | None = None, *, field: str | None = None, **facts: object) -> None:
        """Keep the facts a reader needs (ids, counts, limits), never a customer's words.

        Parameters
        ----------
        message
            What happened; the class docstring's first line where left out.
        field
            The field or column it is about.
        facts
            Numbers and names for the reader, kept as an attribute.
        """
        first_line = (self.__doc__ or "").strip().splitlines()[0]
        super().__init__(message or first_line)
        self.field = field
        self.facts = facts

    @property
    def message(self) -> str:
        """What happened, in one sentence."""
        return str(self.args[0])


class InputError(VocError):
    """What came in cannot be taken; nothing of it was stored."""

    code = "bad_request"


class EmptyTextError(InputError):
    """The text is empty."""

    code = "empty_text"


class TextTooLongError(InputError):
    """The text is longer than the limit; nothing was stored."""

    code = "text_too_long"


class BadCharactersError(InputError):
    """The text holds a character that cannot be stored (NUL or half of a surrogate pair)."""

    code = "bad_characters"


class OutOfRangeError(InputError):
    """The value is outside the range of its KPI."""

    code = "out_of_range"


class NotANumberError(InputError):
    """The value is not a number."""

    code = "not_a_number"


class UnknownNameError(InputError):
    """Nothing here has that name; the fact ``known`` says what there is."""

    code = "unknown_name"


class BadDateError(InputError):
    """The date cannot be read."""

    code = "bad_date"


class FutureDateError(InputError):
    """The date lies more than 24 hours in the future."""

    code = "future_date"


class BadMappingError(InputError):
    """The column mapping does not fit the file."""

    code = "bad_mapping"


class BadFileError(InputError):
    """The file cannot be read."""

    code = "bad_file"


class BadExamplesError(InputError):
    """There are no examples to learn from, or too many."""

    code = "bad_examples"


class BadEncodingError(InputError):
    """The bytes do not fit the encoding."""

    code = "bad_encoding"


class BadFilterError(InputError):
    """The filter is not known or its value cannot be used."""

    code = "bad_filter"


class BadQueryError(InputError):
    """The search words cannot be used."""

    code = "bad_query"


class TooManyItemsError(InputError):
    """The request holds more items than the limit."""

    code = "too_many_items"


class DecompressedTooLargeError(InputError):
    """The compressed file unpacks to more than the limit."""

    code = "decompressed_too_large"


class KeyReusedError(InputError):
    """The key was used for a different comment; the first one is unchanged."""

    code = "idempotency_key_reused"


class ErasureInProgressError(InputError):
    """The customer is being erased; nothing was stored."""

    code = "erasure_in_progress"


class ErasedError(InputError):
    """The customer was erased on request; nothing of them is taken in any more."""

    code = "erased"


class NotFoundError(VocError):
    """There is no such thing."""

    code = "not_found"


class ModelError(VocError):
    """A model could not be used."""

    code = "model_failed"


class ModelRejectedError(ModelError):
    """The model's files do not match their manifest and were not loaded."""

    code = "model_rejected"
    kept: ClassVar[str] = "Stored comments and results are as they were; new comments are taken in and wait."
    advice: ClassVar[str] = (
        "Put the files back as they were delivered, or name another model (docs/models.md); a folder of voc tags train: train it again."
    )


class LearntTagsRejectedError(ModelRejectedError):
    """What was learnt for tags cannot be used; the models themselves are in order."""

    code = "learnt_tags_rejected"
    advice: ClassVar[str] = (
        "Learn the tags again (voc tags learn NAME, or voc tags train for a folder), or go on without: voc tags forget NAME."
    )

    @classmethod
    def of(cls, name: str, *, why: str, **facts: str) -> Self:
        """Return the error for what was learnt for a taxonomy, and why it cannot be used."""
        return cls(f"What was learnt for the tags {name} cannot be used: {why}.", model=name, reason=why, **facts)


class ModelUnavailableError(ModelError):
    """The models could not be loaded; comments wait until they can."""

    code = "model_unavailable"


class ModelCrashedError(ModelError):
    """The model process ended abnormally."""

    code = "model_crashed"


class ModelTimeoutError(ModelError):
    """The model did not answer within the time limit."""

    code = "model_timeout"


class ModelFailedError(ModelError):
    """The model raised an error."""

    code = "model_failed"


class StorageError(VocError):
    """The store could not do it; nothing was stored by this request."""

    code = "storage_unavailable"


class StorageBusyError(StorageError):
    """The database is locked by another writer; nothing was stored."""

    code = "storage_busy"


class StorageUnavailableError(StorageError):
    """The database does not answer; nothing was stored."""

    code = "storage_unavailable"


class StorageReadOnlyError(StorageError):
    """The database can only be read; nothing was stored."""

    code = "storage_read_only"


class StorageCorruptError(StorageError):
    """The database file is damaged; restore it with `voc restore`."""

    code = "storage_corrupt"


class StorageFullError(StorageError):
    """The disk is full; nothing was stored."""

    code = "storage_full"


class StorageInUseError(StorageError):
    """Another process writes this database; stop it first, or send the data to its HTTP API."""

    code = "storage_in_use"


class StorageNewerError(StorageError):
    """The database was written by a newer program; install that version."""

    code = "storage_newer"


class BacklogFullError(StorageError):
    """Too many comments wait for analysis; nothing was stored."""

    code = "backlog_full"


class ShuttingDownError(StorageError):
    """The service is stopping; nothing was stored."""

    code = "shutting_down"


class SettingsError(VocError):
    """A setting is unknown or has a bad value."""

    code = "bad_settings"
