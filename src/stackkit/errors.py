"""One tree of errors: every mistake stackkit reports says what is wrong, where, and what to do.

An error carries its `Problem`s as values, so that a program can act on them and a person reads one line for each:

>>> error = ComponentNotFoundError(Problem("no artifact store is called prdo", remedy="did you mean prod?"))
>>> print(error)
no artifact store is called prdo; did you mean prod?
>>> error.problems[0].remedy
'did you mean prod?'
"""

from __future__ import annotations

import attrs
from typing_extensions import override


@attrs.frozen
class Problem:
    r"""One thing that is wrong.

    Args:
        what: What is wrong, in one line.
        where: The place: a path inside a document (`config.retries`), a class and field, a file.
        remedy: What to do about it.
        file: The source file, where one is known.
        line: The line in that file, counted from 1.

    >>> print(Problem("expected int, got str \"5\"", where="config.retries"))
    config.retries: expected int, got str "5"
    """

    what: str
    where: str = attrs.field(default="", kw_only=True)
    remedy: str = attrs.field(default="", kw_only=True)
    file: str | None = attrs.field(default=None, kw_only=True)
    line: int | None = attrs.field(default=None, kw_only=True)

    def under(self, prefix: str) -> Problem:
        """The same problem, seen from one level further out: `under("config")` of `retries` is `config.retries`.

        Args:
            prefix: What the place is part of; the empty string changes nothing.
        """
        joint = "." if prefix and self.where and not self.where.startswith("[") else ""
        where = f"{prefix}{joint}{self.where}"
        return Problem(self.what, where=where, remedy=self.remedy, file=self.file, line=self.line)

    @override
    def __str__(self) -> str:
        line = "" if self.line is None else f":{self.line}"
        place = "" if self.file is None else f"{self.file}{line}: "
        where = f"{self.where}: " if self.where else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        text = f"{place}{where}{self.what}{remedy}"
        return text if text.isprintable() else "".join(map(_printable, text))


def _printable(character: str) -> str:
    """A character as it is, or its escape where it would break the line or not show."""
    return character if character.isprintable() else character.encode("unicode_escape").decode()


class StackkitError(Exception):
    """The root of everything stackkit raises on purpose.

    Args:
        problems: All that is wrong, each a `Problem` or its text.
    """

    def __init__(self, *problems: Problem | str) -> None:
        self.problems: tuple[Problem, ...] = tuple(Problem(p) if isinstance(p, str) else p for p in problems)
        Exception.__init__(self, *self.problems)  # OSError's own would take two problems for a number and its text

    @override
    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class FlavorDefinitionError(StackkitError, TypeError):
    """A flavor's class is not what its component type asks for.

    Attributes:
        flavor_class: The class that was being defined, so that a check can go on and find the rest.
    """

    flavor_class: type | None = None

    @override
    def __reduce__(self) -> tuple[type[FlavorDefinitionError], tuple[Problem, ...]]:
        """Pickles leave `flavor_class` out: a class that was refused cannot be found by its name."""
        return (type(self), self.problems)


class ConfigurationError(StackkitError, ValueError):
    """A component was given a value that it cannot work with."""


class FrozenConfigurationError(StackkitError, AttributeError):
    """Public configuration was assigned after construction; use `component.replace(...)`."""


class UnsupportedTypeError(StackkitError, TypeError):
    """A field's type has no serialization hook."""


class NotSerializableError(StackkitError, ValueError):
    """A value cannot be written: it is a plain secret, of another type than its field, or not carried by the format."""


class DocumentError(StackkitError, ValueError):
    """A document cannot be read: not its format, not its shape, or values of the wrong types."""


class NewerDocumentError(DocumentError):
    """A document was written by a newer version of a flavor, or of stackkit, than the one that reads it."""


class FlavorDriftError(DocumentError):
    """A flavor's class reads another form of configuration than the documents of its version have."""


class UnknownNameError(StackkitError, LookupError):
    """Something was asked for by a name that nothing has."""


class FlavorNotFoundError(UnknownNameError):
    """No flavor of that type has this name, or its class cannot be imported."""


class ComponentTypeNotFoundError(UnknownNameError):
    """No component type has this slug."""


class ComponentNotFoundError(UnknownNameError):
    """No component of that type has this name."""


class StackNotFoundError(UnknownNameError):
    """No stack has this name."""


class NameTakenError(StackkitError, ValueError):
    """A name is in use already."""


class InUseError(StackkitError):
    """Something cannot be removed, because others use it; the message names them."""


class InvalidStackError(StackkitError, ValueError):
    """The components of a stack do not go together."""


class LifecycleError(StackkitError, RuntimeError):
    """Bringing a component up or down failed; the states told afterwards are the true ones."""


class StoreError(StackkitError):
    """A store of documents cannot be opened, read or written."""


class ConflictError(StoreError):
    """Somebody else changed the document since it was read; nothing was written."""


class NewerStoreError(StoreError):
    """The store was written by a newer stackkit than this one."""


class WorkspaceError(StackkitError):
    """A workspace cannot be found or made."""


class MissingExtraError(StackkitError, ImportError):
    """A flavor is used whose library is not installed; the message names the extra to install."""


class ImportPathError(StackkitError, ImportError):
    """A dotted path names no module, or no class in it."""


class ArtifactError(StackkitError, OSError):
    """An artifact store refused a path."""


class ArtifactNotFoundError(ArtifactError, FileNotFoundError):
    """There is no file or folder at this path."""


class ArtifactExistsError(ArtifactError, FileExistsError):
    """There is something at the target path already."""


class ArtifactIsADirectoryError(ArtifactError, IsADirectoryError):
    """A file was expected, a folder found."""


class ArtifactNotADirectoryError(ArtifactError, NotADirectoryError):
    """A folder was expected, a file found."""


class PathOutsideStoreError(ArtifactError, PermissionError):
    """A path leads out of the artifact store's root."""


class SecretError(StackkitError):
    """The root of the errors about secrets."""


class SecretNotFoundError(SecretError, KeyError):
    """No secret has this name, or it has no such key."""


class SecretExistsError(SecretError, ValueError):
    """A secret of this name exists already."""


class SecretNotResolvedError(SecretError, RuntimeError):
    """A secret is only a reference here: its value comes with the stack it is used through."""


class SecretAccessError(SecretError, PermissionError):
    """Secrets cannot be read or kept: wrong key, a key file that others can read, a disk that refuses."""


class SecretSchemaError(SecretError, TypeError):
    """A secret's schema has a field that cannot be a key with a text value."""


class AlerterError(StackkitError, RuntimeError):
    """An alert could not be posted, or a question could not be asked."""


class ImageError(StackkitError):
    """The root of the errors about container images."""


class ImageNotFoundError(ImageError, LookupError):
    """The registry has no image of this name."""


class ImageExistsError(ImageError, FileExistsError):
    """There is something already where an image is to be pulled to."""


class InvalidImageError(ImageError, ValueError):
    """What was given or received is no image, or not the one that its digest says."""


class ImageAccessError(ImageError, PermissionError):
    """The registry refuses the credentials, or asks for some."""


class ImageTransferError(ImageError, OSError):
    """The registry cannot be reached, or refuses or breaks off a transfer."""


class ModelServerNotFoundError(StackkitError, LookupError):
    """No model server has this identifier."""


class FeatureStoreError(StackkitError):
    """The files of a feature store cannot be read or written; also the root of the errors about features."""


class FeatureNotFoundError(FeatureStoreError, LookupError):
    """The feature store has no such feature or feature view."""


class TrackingError(StackkitError):
    """What an experiment tracker keeps cannot be read or written; also the root of the errors about runs."""


class RunNotFoundError(TrackingError, LookupError):
    """The experiment tracker has no such run."""


class MetricNotFoundError(TrackingError, LookupError):
    """Nothing was logged under this name in a run."""


class PipelineError(StackkitError, ValueError):
    """A pipeline cannot be compiled, or is not what it should be."""


class StepError(StackkitError, RuntimeError):
    """A step failed; the message says which, and where in its code."""


class RecordNotFoundError(UnknownNameError):
    """No run, step or artifact of this identifier is recorded."""


class ArtifactCorruptError(ArtifactError):
    """What is at an artifact's place is not what was written there."""
