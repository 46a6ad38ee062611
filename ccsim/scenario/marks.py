"""Annotations of the models' fields: how a value is read, checked and shown.

They do what pydantic's BeforeValidator, AfterValidator and PlainSerializer do, without its look at each function's signature
and without a second schema, of what an editor may accept, at every use: that one is made when somebody asks for the JSON
Schema. Building the models takes half as long with them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, core_schema

__all__ = ["Checks", "Reads", "ShortForm", "Shows"]

_ITSELF: Any = object()


class Reads:
    """What people write is given to `func` first.

    Parameters
    ----------
    func : callable
        From what is written to what the annotated type takes; refuses with a `Refusal`.
    json_schema_input_type : type, optional
        What an editor may accept; by default what the annotated type accepts.
    """

    __slots__ = ("accepts", "func")

    def __init__(self, func: Callable[[Any], Any], json_schema_input_type: Any = _ITSELF) -> None:
        self.func, self.accepts = func, json_schema_input_type

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.func, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        if self.accepts is _ITSELF or handler.mode != "validation":
            return handler(schema)
        return handler(core_schema.definitions_schema(TypeAdapter(self.accepts).core_schema, []))  # with its own examples


class ShortForm(Reads):
    """A normaliser from what people write to the long form; overrides use it to reach a key inside a short form."""

    __slots__ = ()


class Checks:
    """A value that has been read is given to `func`, which refuses it or returns it."""

    __slots__ = ("func",)

    def __init__(self, func: Callable[[Any], Any]) -> None:
        self.func = func

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.func, handler(source))


class Shows:
    """A value is printed by `func`; in Python, too, unless it is for JSON and YAML only."""

    __slots__ = ("func", "when")

    def __init__(self, func: Callable[[Any], Any], *, only_json: bool = True) -> None:
        self.func = func
        self.when: core_schema.WhenUsed = "json" if only_json else "always"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        schema["serialization"] = core_schema.plain_serializer_function_ser_schema(self.func, when_used=self.when)  # type: ignore[typeddict-unknown-key, typeddict-item, index]
        return schema
