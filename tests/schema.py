#!/usr/bin/env python3
"""schema.py [--wrong] SCHEMA < OUTPUT - is each line of OUTPUT, a JSON document, what SCHEMA says?

The schema has to notice: each document that has places which none before had is also changed, one place
after the other, and must then be refused: a value of another type, a key that nobody knows, a required key that is missing. Prints how
many documents there were.
With --wrong every document has to be refused; prints the numbers of those that are not.
"""

import copy
import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

OTHER = [[None]]  # no value of ours is that


def places(node, path=()):
    """Every value of a document, by its path."""
    yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from places(value, path + (key,))


def at(node, path):
    for key in path:
        node = node[key]
    return node


def mutants(document):
    """The document with one thing wrong, and what that is."""
    for path in places(document):
        if path:
            wrong = copy.deepcopy(document)
            at(wrong, path[:-1])[path[-1]] = OTHER
            yield f"another type at {path}", wrong
        if isinstance(at(document, path), dict):
            wrong = copy.deepcopy(document)
            at(wrong, path)["no such key"] = OTHER
            yield f"an unknown key at {path}", wrong
    version = "schema" if "schema" in document else "version"  # the header's version is the recorder's
    for key in ("report", "program", version):
        if isinstance(document, dict) and key in document:
            wrong = copy.deepcopy(document)
            del wrong[key]
            yield f"no {key}", wrong


def small(node):
    """The same with the first two elements of each list: mutants are many."""
    if isinstance(node, dict):
        return {key: small(value) for key, value in node.items()}
    return [small(value) for value in node[:2]] if isinstance(node, list) else node


def main():
    schema = json.loads(Path(sys.argv[-1]).read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    if sys.argv[1] == "--wrong":
        taken = [nr for nr, line in enumerate(sys.stdin, 1) if validator.is_valid(json.loads(line))]
        print(*taken, sep="\n")
        sys.exit(1 if taken else 0)
    nr, seen = 0, set()
    for line in sys.stdin:
        nr += 1
        document = json.loads(line)
        for error in validator.iter_errors(document):
            sys.exit(f"{sys.argv[-1]}: document {nr}: {list(error.absolute_path)}: {error.message[:400]}")
        shape = {tuple(key for key in path if isinstance(key, str)) for path in places(document)}
        if shape <= seen:
            continue
        seen |= shape
        for what, wrong in mutants(small(document)):
            if validator.is_valid(wrong):
                sys.exit(f"{sys.argv[-1]}: document {nr}: takes {what}")
    print(nr)


main()
