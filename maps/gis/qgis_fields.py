"""What QGIS shows of a layer's fields: full names, and the meaning of the words of vocabularies."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from maps.words import word_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.schema import Schema

__all__ = ["explain_fields"]


def explain_fields(root: ET.Element, schema: Schema, fields: Mapping[str, str], lang: str) -> None:
    """
    Add aliases and value maps to a QGIS style.

    Parameters
    ----------
    root : Element
        Of the style; added to in place.
    schema : Schema
    fields : mapping of column to field name
    lang : {"zh", "en"}
    """
    _words(root, schema, fields, lang)
    _aliases(root, schema, fields, lang)


def _words(root: ET.Element, schema: Schema, fields: Mapping[str, str], lang: str) -> None:
    """Say what the words of vocabularies mean: tables and forms show the meaning, the data keep the word."""
    configuration = ET.SubElement(root, "fieldConfiguration")
    for column in schema.columns:
        if column.name not in fields or isinstance(column.dtype, str):
            continue
        field = ET.SubElement(configuration, "field", {"name": fields[column.name]})
        widget = ET.SubElement(field, "editWidget", {"type": "ValueMap"})
        options = ET.SubElement(ET.SubElement(widget, "config"), "Option", {"type": "Map"})
        pairs = ET.SubElement(options, "Option", {"name": "map", "type": "List"})
        for word in column.dtype:
            pair = ET.SubElement(pairs, "Option", {"type": "Map"})
            name = word_of(column.name, word.value, lang)
            ET.SubElement(pair, "Option", {"name": name, "type": "QString", "value": word.value})


def _aliases(root: ET.Element, schema: Schema, fields: Mapping[str, str], lang: str) -> None:
    aliases = ET.SubElement(root, "aliases")
    for index, column in enumerate(c for c in schema.columns if c.name in fields):
        name = column.zh or column.name if lang == "zh" else column.name
        ET.SubElement(aliases, "alias", {"index": str(index), "field": fields[column.name], "name": name})
