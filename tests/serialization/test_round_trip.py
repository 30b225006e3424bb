"""What is written is read back: every type, in every format, the same bytes for equal components."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.serialization.everything import MadeFlavor, components, flavors, has_same_types

from stackkit.core.component import StackComponent
from stackkit.core.narrow import is_dict, is_row, is_set
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.flavors.artifact_store.local import LocalArtifactStore
from stackkit.flavors.secrets_manager.local import LocalSecretsManager
from stackkit.serialization.codecs.choices import UnionCodec
from stackkit.serialization.codecs.classes import ClassCodec
from stackkit.serialization.codecs.codec import Codec
from stackkit.serialization.codecs.containers import MappingCodec, RowCodec, SetCodec, TupleCodec
from stackkit.serialization.codecs.scalars import FloatCodec, IntCodec, is_exact_int
from stackkit.serialization.converter import config_codec, unsupported_fields
from stackkit.serialization.document import dump_component, load_component
from stackkit.serialization.formats.table import FORMATS, decode, encode

# deep strategies are slow, and drop some draws
MANY = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large])


def there_and_back(component: StackComponent, name: str) -> tuple[bytes, StackComponent]:
    written = encode(dump_component(component), name)
    return written, load_component(decode(written, name), lambda _kind, _flavor: type(component))


@pytest.mark.parametrize("name", FORMATS)
@MANY
@given(component=components())
def test_a_component_is_read_back_as_it_was(name: str, component: StackComponent) -> None:
    written, found = there_and_back(component, name)
    assert found == component
    assert has_same_types(found, component)
    assert there_and_back(found, name)[0] == written


@pytest.mark.parametrize("name", FORMATS)
@MANY
@given(component=components())
def test_equal_components_are_written_as_the_same_bytes(name: str, component: StackComponent) -> None:
    codec = config_codec(type(component))
    other = otherwise(codec, component)
    assert other == component
    assert encode(dump_component(component), name) == encode(codec_document(component, codec.dump(other)), name)


def codec_document(component: StackComponent, config: object) -> dict[str, object]:
    return {**dump_component(component), "config": config}


def otherwise(codec: Codec, value: Any) -> Any:
    """An equal value that came about in another way: in another order, with whole numbers for floats."""
    if isinstance(codec, UnionCodec):
        accepting = [option for option in codec.options if option.accepts(value)]
        is_int = any(isinstance(option, IntCodec) for option in codec.options)
        return value if is_int or len(accepting) != 1 else otherwise(accepting[0], value)
    if isinstance(codec, FloatCodec):
        return int(value) if value == value // 1 and is_exact_int(int(value)) and str(value) != "-0.0" else value
    if isinstance(codec, ClassCodec):
        changes = {name: otherwise(inner, getattr(value, name)) for name, inner in codec.codecs.items()}
        return codec.cls(**changes)
    if isinstance(codec, RowCodec) and is_row(value):
        return codec.make([otherwise(codec.item, element) for element in value])
    if isinstance(codec, TupleCodec) and is_row(value):
        return tuple(otherwise(item, element) for item, element in zip(codec.items, value, strict=True))
    if isinstance(codec, SetCodec) and is_set(value):
        return codec.make([otherwise(codec.item, element) for element in reversed([*value])])
    if isinstance(codec, MappingCodec) and is_dict(value):
        return {key: otherwise(codec.item, element) for key, element in reversed([*value.items()])}
    return value


@MANY
@given(made=flavors())
def test_what_can_be_read_back_is_not_refused_where_flavors_are_checked(made: MadeFlavor) -> None:
    assert unsupported_fields(made.cls) == []


@MANY
@given(data=st.data())
def test_defaults_may_be_left_out_of_documents(data: st.DataObject) -> None:
    made = data.draw(flavors())
    component = data.draw(made.components)
    codec = config_codec(made.cls)
    config = codec.dump(component)
    assert is_dict(config)
    kept = {*codec.required, "uuid"}
    expected = made.cls(**{name: getattr(component, name) for name in kept})
    assert codec.load({name: config[name] for name in kept}) == expected


@pytest.mark.parametrize("name", FORMATS)
def test_every_flavor_of_the_kit_is_read_back_as_it_was(name: str, tmp_path: Path) -> None:
    kit = (
        LocalArtifactStore(name="store", path=str(tmp_path)),
        LocalArtifactStore(name="store", path=tmp_path.as_uri()),
        LocalSecretsManager(name="secrets"),
        ConsoleAlerter(name="terminal"),
    )
    for component in kit:
        written, found = there_and_back(component, name)
        assert found == component
        assert there_and_back(found, name)[0] == written
        assert unsupported_fields(type(component)) == []
