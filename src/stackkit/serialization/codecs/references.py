"""Codecs of what a configuration refers to: secrets, and other components."""

from __future__ import annotations

from typing import Final

from typing_extensions import override

from stackkit.core.component_type import SLUG
from stackkit.core.reference import Reference
from stackkit.core.secret import REFERENCE, Secret
from stackkit.serialization.codecs.builtin_values import is_unicode, tagged
from stackkit.serialization.codecs.codec import Codec

SECRET_TAG: Final = "$secret"  # noqa: S105 - the key that marks a reference, no secret
REFERENCE_TAG: Final = "$component"


class SecretCodec(Codec):
    """Secrets, written as `{"$secret": "name.key"}`; what stands there and is no reference is never shown."""

    expected = f'a secret reference {{"{SECRET_TAG}": "name.key"}}'
    values = "Secret"
    kinds: frozenset[str] = frozenset({SECRET_TAG})
    secret = True

    @override
    def load(self, value: object, _: object = None) -> Secret:
        text = tagged(value, SECRET_TAG)
        if type(text) is not str or not REFERENCE.fullmatch(text):
            raise self.wrong(value)
        return Secret(text)

    @override
    def dump(self, value: object) -> object:
        if not isinstance(value, Secret):
            raise self.unwritable(value)
        return {SECRET_TAG: value.require_reference()}

    @override
    def accepts(self, value: object) -> bool:
        return isinstance(value, Secret)


class ReferenceCodec(Codec):
    """Other components of the stack, written as `{"$component": "type/name"}`."""

    expected = f'a component {{"{REFERENCE_TAG}": "type/name"}}'
    values = "Reference"
    kinds: frozenset[str] = frozenset({REFERENCE_TAG})

    @override
    def load(self, value: object, _: object = None) -> Reference:
        text = tagged(value, REFERENCE_TAG)
        if type(text) is str and is_unicode(text):
            kind, separator, name = text.partition("/")
            if separator and name and SLUG.fullmatch(kind):
                return Reference(kind, name)
        raise self.wrong(value)

    @override
    def dump(self, value: object) -> object:
        if not isinstance(value, Reference) or not (SLUG.fullmatch(value.type) and value.name and is_unicode(value.name)):
            raise self.unwritable(value)
        return {REFERENCE_TAG: value.text}

    @override
    def accepts(self, value: object) -> bool:
        return isinstance(value, Reference)
