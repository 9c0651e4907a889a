"""schema/api.yaml as a checker: does an answer have the shape that it promises?

    api = openapi.load()
    api.check("GET", "/api/loggers", 200, "application/json", body)

Only the parts of OpenAPI that the file uses; an unknown keyword is an error, so that nothing is skipped.
An object may have only the keys that are described, unless additionalProperties says otherwise."""
import os
import re

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
KNOWN = {"type", "required", "properties", "items", "nullable", "enum", "pattern", "oneOf", "allOf", "additionalProperties",
         "description", "example", "format", "minimum", "maximum", "maxLength", "default"}
TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict, "number": (int, float)}
DATE = r"^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$"


class Api:
    def __init__(self, spec):
        self.spec = spec
        self.seen = set()  # (path pattern, method, status) that were checked

    def follow(self, node):
        while "$ref" in node:
            at = self.spec
            for part in node["$ref"].split("/")[1:]:
                at = at[part]
            node = at
        return node

    def pattern_of(self, path):
        path = path.split("?")[0]
        exact = [p for p in self.spec["paths"] if p == path]
        found = exact or [p for p in self.spec["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", p), path)]
        assert len(found) == 1, "%s matches %s" % (path, found)
        return found[0]

    def check(self, method, path, status, kind, body):
        pattern = self.pattern_of(path)
        operation = self.spec["paths"][pattern].get(method.lower())
        assert operation, "%s %s is not described" % (method, pattern)
        answer = operation["responses"].get(str(status))
        assert answer, "%s %s: status %d is not described: %r" % (method, pattern, status, body)
        content = self.follow(answer)["content"]
        plain = kind.split(";")[0]
        assert plain in content, "%s %s: %s is not described" % (method, pattern, plain)
        self.match(content[plain]["schema"], body, "%s %s" % (method, pattern))
        self.seen.add((pattern, method, status))

    def merged(self, schema):
        """allOf as one object."""
        schema = self.follow(schema)
        if "allOf" not in schema:
            return schema
        whole = {"type": "object", "required": [], "properties": {}}
        for part in map(self.merged, schema["allOf"]):
            whole["required"] = whole["required"] + part.get("required", [])
            whole["properties"].update(part.get("properties", {}))
        return whole

    def match(self, schema, value, where):
        schema = self.merged(schema)
        assert set(schema) <= KNOWN, "%s: unknown keywords %s" % (where, set(schema) - KNOWN)
        if value is None:
            assert schema.get("nullable"), "%s is null" % where
            return
        kind = schema.get("type")
        if kind:
            right = isinstance(value, TYPES[kind]) and not (kind == "integer" and isinstance(value, bool))
            assert right, "%s: %r is no %s" % (where, value, kind)
        assert "enum" not in schema or value in schema["enum"], "%s: %r is none of %s" % (where, value, schema.get("enum"))
        assert "pattern" not in schema or re.search(schema["pattern"], value), "%s: %r" % (where, value)
        if schema.get("format") == "date-time":
            assert re.match(DATE, value), "%s: %r is no time" % (where, value)
        if kind == "array":
            for i, item in enumerate(value):
                self.match(schema["items"], item, "%s[%d]" % (where, i))
        if kind == "object":
            self.match_object(schema, value, where)

    def match_object(self, schema, value, where):
        known, more = schema.get("properties", {}), schema.get("additionalProperties", False)
        missing = [k for k in schema.get("required", []) if k not in value]
        assert not missing, "%s: %s missing" % (where, missing)
        for key, item in value.items():
            if key in known:
                self.match(known[key], item, "%s.%s" % (where, key))
            elif isinstance(more, dict):
                self.match(more, item, "%s.%s" % (where, key))
            else:
                assert more, "%s: %s is not described" % (where, key)


def load():
    with open(os.path.join(HERE, "../../schema/api.yaml"), encoding="utf-8") as f:
        return Api(yaml.safe_load(f))
