"""The mistakes that people make with components, each as source code with the one line that must be reported.

The text is a template for `rendering.render`, so that every mistake is made with every component type. What is reported at run
time is said here and tested; what the type checkers report is measured, and kept in `verdicts.json`.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import attrs

from .component_types import ComponentTypeForm

Stage: TypeAlias = Literal["definition", "registration", "call", "writing", "never"]
"""When a mistake is reported at run time: as the class is defined, as the flavor is registered or given to `check`, by the call
itself, or when the component is written as a document."""


@attrs.frozen
class Mistake:
    """Something that is wrong.

    Args:
        slug: What it is called in markers and in the snapshot.
        title: What it is, for people.
        stage: When it is reported at run time.
        text: The template; `# mistake` ends the line that is wrong.
        flavor: The class that is wrong, where it is one that might be registered.
        only_with_constants: Whether it can be made only with component types that require constants besides FLAVOR.
        only_with_required_fields: Whether it can be made only with component types whose base has fields that must be given.
    """

    slug: str
    title: str
    stage: Stage
    text: str
    flavor: str = ""
    only_with_constants: bool = False
    only_with_required_fields: bool = False

    def can_be_made_with(self, form: ComponentTypeForm) -> bool:
        """Whether a component type gives occasion to it."""
        lacks_constants = self.only_with_constants and not form.constants
        lacks_fields = self.only_with_required_fields and not form.required_fields
        return not lacks_constants and not lacks_fields


CONSTANTS: Final = (
    Mistake(
        "flavor-missing",
        "`FLAVOR` is not assigned, and the class is constructed",
        "definition",
        """
        class Nameless($base):
            $constants

            $methods


        Nameless(name="nameless"$arguments)  # mistake
        """,
        flavor="Nameless",
    ),
    Mistake(
        "flavor-missing-final",
        "`FLAVOR` is not assigned, and the class is `@final`",
        "definition",
        """
        @final
        class NamelessLeaf($base):  # mistake
            $constants

            $methods
        """,
        flavor="NamelessLeaf",
    ),
    Mistake(
        "flavor-type",
        "`FLAVOR: ClassVar[int] = 5`",
        "definition",
        """
        class Numbered(Right):
            FLAVOR: ClassVar[int] = 5  # mistake
        """,
        flavor="Numbered",
    ),
    Mistake(
        "flavor-value",
        "`FLAVOR = 5`",
        "definition",
        """
        class NumberedPlainly(Right):
            FLAVOR = 5  # mistake
        """,
        flavor="NumberedPlainly",
    ),
    Mistake(
        "flavor-as-field",
        "`FLAVOR` is annotated `str`, not `ClassVar[str]`",
        "definition",
        """
        class NamedByField(Right):
            FLAVOR: str = "by-field"  # mistake
        """,
        flavor="NamedByField",
    ),
    Mistake(
        "constant-missing",
        "Another required constant is not assigned, and the class is constructed",
        "definition",
        """
        class Incomplete($base):
            FLAVOR: ClassVar[str] = "incomplete"

            $methods


        Incomplete(name="incomplete"$arguments)  # mistake
        """,
        flavor="Incomplete",
        only_with_constants=True,
    ),
    Mistake(
        "constant-missing-final",
        "Another required constant is not assigned, and the class is `@final`",
        "definition",
        """
        @final
        class IncompleteLeaf($base):  # mistake
            FLAVOR: ClassVar[str] = "incomplete"

            $methods
        """,
        flavor="IncompleteLeaf",
        only_with_constants=True,
    ),
    Mistake(
        "constant-type",
        "Another required constant has a value of the wrong type",
        "definition",
        """
        class Listed(Right):
            $first_constant: ClassVar[$first_constant_type] = [1]  # mistake
        """,
        flavor="Listed",
        only_with_constants=True,
    ),
    Mistake(
        "type-of-another",
        "`TYPE` is the token of another component type",
        "definition",
        """
        class Misplaced(Right):
            TYPE = $other_token  # mistake
        """,
        flavor="Misplaced",
    ),
    Mistake(
        "constant-as-field",
        "A constant of its own lacks `ClassVar`",
        "definition",
        """
        class Limited(Right):
            LIMIT: int = 5  # mistake
        """,
        flavor="Limited",
    ),
)

METHODS: Final = (
    Mistake(
        "method-missing",
        "A required method is missing, and the class is constructed",
        "definition",
        """
        class Mute($base):
            FLAVOR: ClassVar[str] = "mute"
            $constants

            $other_methods


        Mute(name="mute"$arguments)  # mistake
        """,
        flavor="Mute",
    ),
    Mistake(
        "method-missing-final",
        "A required method is missing, and the class is `@final`",
        "definition",
        """
        @final
        class MuteLeaf($base):  # mistake
            FLAVOR: ClassVar[str] = "mute"
            $constants

            $other_methods
        """,
        flavor="MuteLeaf",
    ),
    Mistake(
        "parameter-type",
        "A method takes another type than its base",
        "registration",
        """
        class TakesAnother(Right):
            $marked_method_with_parameter_type
        """,
        flavor="TakesAnother",
    ),
    Mistake(
        "return-type",
        "A method returns another type than its base",
        "registration",
        """
        class GivesAnother(Right):
            $marked_method_with_return_type
        """,
        flavor="GivesAnother",
    ),
    Mistake(
        "parameter-missing",
        "A method lacks a parameter",
        "definition",
        """
        class TakesLess(Right):
            $marked_method_with_parameter_missing
        """,
        flavor="TakesLess",
    ),
    Mistake(
        "parameter-added",
        "A method requires one parameter more",
        "definition",
        """
        class TakesMore(Right):
            $marked_method_with_parameter_added
        """,
        flavor="TakesMore",
    ),
    Mistake(
        "parameter-renamed",
        "A method calls a parameter otherwise",
        "definition",
        """
        class TakesOtherwise(Right):
            $marked_method_with_parameter_renamed
        """,
        flavor="TakesOtherwise",
    ),
    Mistake(
        "method-async",
        "A method is `async`",
        "definition",
        """
        class Asynchronous(Right):
            $marked_method_with_async
        """,
        flavor="Asynchronous",
    ),
    Mistake(
        "method-as-property",
        "A method is a property",
        "definition",
        """
        class Computed(Right):
            @property
            def $method(self) -> int:  # mistake
                return 5
        """,
        flavor="Computed",
    ),
    Mistake(
        "state-as-method",
        "`is_running` is a method, its base has a property",
        "definition",
        """
        class Callable(Right):
            def is_running(self) -> bool:  # mistake
                return True
        """,
        flavor="Callable",
    ),
    Mistake(
        "state-type",
        "`is_running` returns `str`",
        "registration",
        """
        class SaysHow(Right):
            @property
            def is_running(self) -> str:  # mistake
                return "well"
        """,
        flavor="SaysHow",
    ),
)

FIELDS: Final = (
    Mistake(
        "field-default-mutable",
        "A field's default is a list that all instances share",
        "definition",
        """
        class Shared(Right):
            names: list[str] = []  # mistake
        """,
        flavor="Shared",
    ),
    Mistake(
        "field-default-type",
        "A field's default is of another type",
        "registration",
        """
        class Defaulted(Right):
            attempts: int = "three"  # mistake
        """,
        flavor="Defaulted",
    ),
    Mistake(
        "field-retyped",
        "A field of the base gets another type",
        "registration",
        """
        class Counted(Right):
            name: int  # mistake
        """,
        flavor="Counted",
    ),
    Mistake(
        "field-private",
        "A private field is a parameter of the constructor: `init=False` is missing",
        "definition",
        """
        class Open(Right):
            _client: object = field(default=None)  # mistake
        """,
        flavor="Open",
    ),
    Mistake(
        "field-unannotated",
        "A field has no annotation",
        "definition",
        """
        class Bare(Right):
            attempts = 3  # mistake
        """,
        flavor="Bare",
    ),
    Mistake(
        "field-not-serializable",
        "A field's type cannot be written to a document",
        "registration",
        """
        class Locked(Right):
            changed: Event  # mistake
        """,
        flavor="Locked",
    ),
    Mistake(
        "decorated",
        "The class is decorated with `attrs.define`",
        "definition",
        """
        @define  # mistake
        class Decorated(Right):
            pass
        """,
        flavor="Decorated",
    ),
    Mistake(
        "class-keyword-unknown",
        "The class statement has a misspelt keyword: `abstrakt=True`",
        "definition",
        """
        class Misspelt(Right, abstrakt=True):  # mistake
            pass
        """,
        flavor="Misspelt",
    ),
    Mistake(
        "constructor-replaced",
        "The class defines `__init__`",
        "definition",
        """
        class Constructed(Right):
            def __init__(self, name: str) -> None:  # mistake
                super().__init__(name=name, endpoint="https://example.org"$arguments)
        """,
        flavor="Constructed",
    ),
)

CONSTRUCTION: Final = (
    Mistake("name-missing", "`name` is not given", "call", 'Right(endpoint="https://example.org"$arguments)  # mistake'),
    Mistake("field-missing", "A field without a default is not given", "call", 'Right(name="right"$arguments)  # mistake'),
    Mistake(
        "base-field-missing",
        "A field of the component type is not given",
        "call",
        'Right(name="right", endpoint="https://example.org")  # mistake',
        only_with_required_fields=True,
    ),
    Mistake(
        "keyword-unknown",
        "There is no such field",
        "call",
        'Right(name="right", endpoint="https://example.org", colour="red"$arguments)  # mistake',
    ),
    Mistake(
        "keyword-type",
        "A field is given a value of another type",
        "writing",
        'made = Right(name="right", endpoint="https://example.org", retries="3"$arguments)  # mistake',
    ),
    Mistake(
        "secret-as-text",
        "A field of type `Secret` is given the password itself",
        "writing",
        'made = Right(name="right", endpoint="https://example.org", password="hunter2"$arguments)  # mistake',
    ),
    Mistake(
        "positional",
        "A field is given by position",
        "call",
        'Right("right", endpoint="https://example.org"$arguments)  # mistake',
    ),
    Mistake(
        "private-given",
        "A private field is given",
        "call",
        'Right(name="right", endpoint="https://example.org", client=None$arguments)  # mistake',
    ),
    Mistake(
        "alias-unused",
        "A field with an alias is given by its own name",
        "call",
        'Right(name="right", endpoint="https://example.org", region_name="eu"$arguments)  # mistake',
    ),
    Mistake("base-constructed", "The base itself is constructed", "call", '$base(name="base"$arguments)  # mistake'),
    Mistake("protocol-constructed", "The Protocol is constructed", "call", "$protocol()  # mistake"),
    Mistake(
        "final-inherited",
        "A `@final` flavor is inherited",
        "registration",
        """
        class Twig(Leaf):  # mistake
            FLAVOR: ClassVar[str] = "twig"
        """,
        flavor="Twig",
    ),
)

CHANGES: Final = (
    Mistake(
        "assigned-through-protocol",
        "Configuration is assigned after construction, on what a stack gives",
        "call",
        """
        def rename(component: $protocol) -> None:
            component.name = "renamed"  # mistake


        rename(right)
        """,
    ),
    Mistake(
        "assigned-on-flavor",
        "Configuration is assigned after construction, on the flavor",
        "call",
        """
        def move(component: Right) -> None:
            component.endpoint = "https://example.com"  # mistake


        move(right)
        """,
    ),
    Mistake(
        "assigned-type",
        "Configuration is assigned a value of another type",
        "call",
        """
        def misname(component: Right) -> None:
            component.name = 5  # mistake


        misname(right)
        """,
    ),
    Mistake(
        "replaced-unknown", "`replace` is given a field that there is not", "call", 'right.replace(colour="red")  # mistake'
    ),
)

STACKS: Final = (
    Mistake("stack-of-text", "A stack is made of something that is no component", "call", 'Stack("$slug")  # mistake'),
    Mistake("stack-of-class", "A stack is made of a class, not an instance", "call", "Stack(Right)  # mistake"),
    Mistake("stack-of-two", "A stack has two components of one type", "call", "Stack(right, right.replace())  # mistake"),
    Mistake("stack-asked-by-text", "A stack is asked by slug", "call", 'stack["$slug"]  # mistake'),
    Mistake("stack-asked-by-protocol", "A stack is asked by Protocol, not by token", "call", "stack[$protocol]  # mistake"),
    Mistake(
        "stack-gives-another",
        "What a stack gives is taken for another type",
        "never",
        """
        def of_another_type(stack: Stack) -> $other_protocol:
            return stack[$token]  # mistake


        of_another_type(stack)
        """,
    ),
    Mistake(
        "stack-gives-none",
        "What `stack.get` gives is not compared with None",
        "call",
        """
        def unchecked(stack: Stack) -> str:
            return stack.get($other_token).name  # mistake


        unchecked(stack)
        """,
    ),
    Mistake(
        "reference-finds-another",
        "What a `Reference` finds is taken for another type",
        "never",
        """
        def found(components: Components) -> $other_protocol:
            return Reference("$slug", "right").find(components, $token)  # mistake


        found(stack)
        """,
    ),
    Mistake(
        "passed-as-another",
        "A component is passed where another type is asked for",
        "never",
        """
        def take(component: $other_protocol) -> str:
            return component.name


        take(right)  # mistake
        """,
    ),
)


def _duck(
    slug: str,
    title: str,
    *,
    flavor: str = 'FLAVOR: ClassVar[str] = "duck"',
    kind: str = "TYPE: ClassVar[ComponentType[$protocol]] = $token",
    name: str = "name: str = name",
    uuid: str = "self.uuid = uuid4()",
    method: str = "$method_itself",
) -> Mistake:
    """A class that inherits nothing of ours, and does not fit the Protocol."""
    cls = "".join(word.title() for word in slug.split("-"))
    text = f"""
        class {cls}:
            {flavor}
            {kind}
            $constants

            def __init__(self, name: str) -> None:
                self.{name}
                {uuid}
                $duck_fields

            {method}

            $other_members


        def takes_{slug.replace("-", "_")}(duck: {cls}) -> $protocol:
            return duck  # mistake
        """
    return Mistake(slug, title, "never", text)


DUCKS: Final = (
    _duck("duck-flavor-missing", "lacks `FLAVOR`", flavor=""),
    _duck("duck-flavor-type", "has a `FLAVOR` that is no text", flavor="FLAVOR: ClassVar[int] = 5"),
    _duck("duck-type-missing", "lacks `TYPE`", kind=""),
    _duck(
        "duck-of-another-type",
        "has the `TYPE` of another component type",
        kind="TYPE: ClassVar[ComponentType[$other_protocol]] = $other_token",
    ),
    _duck("duck-name-type", "has a `name` that is no text", name="name: int = len(name)"),
    _duck("duck-uuid-missing", "lacks `uuid`", uuid=""),
    _duck("duck-method-missing", "lacks a method", method=""),
    _duck("duck-parameter-type", "has a method that takes another type", method="$method_with_parameter_type"),
    _duck("duck-parameter-added", "has a method that requires one parameter more", method="$method_with_parameter_added"),
    _duck("duck-return-type", "has a method that returns another type", method="$method_with_return_type"),
)

DOCUMENTS: Final = (
    Mistake(
        "loads-of-another-class",
        "`loads` is asked for one class, its result taken for another",
        "call",
        """
        def load_leaf(data: bytes) -> Leaf:
            return loads(data, Right)  # mistake


        load_leaf(dumps(leaf))
        """,
    ),
    Mistake(
        "loads-by-token-taken-for-class",
        "`loads` is asked for a component type, its result taken for a flavor",
        "never",
        """
        def load_right(data: bytes) -> Right:
            return loads(data, $token, registry=registry)  # mistake


        load_right(dumps(right))
        """,
    ),
    Mistake(
        "loads-of-another-type",
        "`loads` is asked for a component type, its result taken for another type",
        "never",
        """
        def load_other(data: bytes) -> $other_protocol:
            return loads(data, $token, registry=registry)  # mistake


        load_other(dumps(right))
        """,
    ),
    Mistake(
        "loads-of-anything",
        "`loads` is asked for nothing in particular, its result taken for a component type",
        "never",
        """
        def load_any(data: bytes) -> $protocol:
            return loads(data, registry=registry)  # mistake


        load_any(dumps(right))
        """,
    ),
    Mistake("loads-by-text", "`loads` is asked by slug", "call", 'loads(dumps(right), "$slug", registry=registry)  # mistake'),
    Mistake(
        "loads-by-protocol",
        "`loads` is asked by Protocol, not by token",
        "call",
        "loads(dumps(right), $protocol, registry=registry)  # mistake",
    ),
    Mistake(
        "loads-wrong-type",
        "The document is of another type than `loads` is asked for",
        "call",
        "loads(dumps(right), $other_token)  # mistake",
    ),
    Mistake(
        "loads-wrong-flavor",
        "The document is of another flavor than `loads` is asked for",
        "call",
        "loads(dumps(right), Leaf)  # mistake",
    ),
    Mistake(
        "from-builtins-of-another-class",
        "`from_builtins` is asked for one class, its result taken for another",
        "call",
        """
        def build_leaf(data: object) -> Leaf:
            return from_builtins(data, Right)  # mistake


        build_leaf(to_builtins(leaf))
        """,
    ),
    Mistake("dumps-of-duck", "`dumps` is given a component that does not inherit our base", "call", "dumps(duck)  # mistake"),
)

SECTIONS: Final = {
    "Constants": CONSTANTS,
    "Methods": METHODS,
    "Fields": FIELDS,
    "Construction": CONSTRUCTION,
    "Changes": CHANGES,
    "Stacks": STACKS,
    "Classes that inherit nothing of ours": DUCKS,
    "Documents": DOCUMENTS,
}

MISTAKES: Final = tuple(mistake for section in SECTIONS.values() for mistake in section)
