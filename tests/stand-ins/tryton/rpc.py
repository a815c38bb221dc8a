"""A person at work in Tryton: a small JSON-RPC client. Python's standard library only.

    rpc.py URL USER PASSWORD METHOD JSON-PARAMS      the context is appended to the parameters of model.* methods
"""
import base64
import datetime
import decimal
import http.client
import json
import sys
import urllib.parse

MOMENT = ("year", "month", "day", "hour", "minute", "second", "microsecond")


def tagged(value):
    """What JSON has no type for, as Tryton writes it."""
    if isinstance(value, datetime.datetime):
        return {"__class__": "datetime", **{part: getattr(value, part) for part in MOMENT}}
    if isinstance(value, datetime.date):
        return {"__class__": "date", **{part: getattr(value, part) for part in MOMENT[:3]}}
    if isinstance(value, decimal.Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    raise TypeError(type(value))


def untagged(value):
    kind = value.get("__class__")
    if kind == "datetime":
        return datetime.datetime(*(value[part] for part in MOMENT))
    if kind == "date":
        return datetime.date(*(value[part] for part in MOMENT[:3]))
    if kind == "Decimal":
        return decimal.Decimal(value["decimal"])
    return value


class Refused(Exception):
    """Tryton's answer holds an error: its name and words; or an HTTP status that is no success."""


class Tryton:
    """A session. url: http://host:port/database; without a user only what needs no login can be called."""

    def __init__(self, url, user="", password=""):
        address = urllib.parse.urlsplit(url)
        self.address, self.path = address.netloc, address.path.rstrip("/") + "/"
        self.authorization, self.user_id, self.context = None, None, {}
        if user:
            self.user_id, key = self.call("common.db.login", user, {"password": password}, "en")[:2]
            pair = f"{user}:{self.user_id}:{key}"
            self.authorization = "Session " + base64.b64encode(pair.encode()).decode()
            self.context = self.call("model.res.user.get_preferences", True, {})

    def call(self, method, *params):
        """One call, the parameters as they are."""
        headers = {"Content-Type": "application/json"}
        if self.authorization:
            headers["Authorization"] = self.authorization
        connection = http.client.HTTPConnection(self.address, timeout=120)
        try:
            body = json.dumps({"id": 1, "method": method, "params": list(params)}, default=tagged)
            connection.request("POST", self.path, body, headers)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise Refused(answer.status, answer.reason)
        told = json.loads(data, object_hook=untagged)
        if told.get("error"):
            raise Refused(*told["error"])
        return told["result"]

    def model(self, model, method, *params, **context):
        """model.<model>.<method>(*params, context)."""
        return self.call(f"model.{model}.{method}", *params, {**self.context, **context})


def main():
    if len(sys.argv) != 6:
        print(__doc__, file=sys.stderr)
        return 2
    url, user, password, method, params = sys.argv[1:]
    person = Tryton(url, user, password)
    params = json.loads(params, object_hook=untagged)
    if method.startswith("model."):
        params.append(person.context)
    try:
        print(json.dumps(person.call(method, *params), default=tagged))
    except Refused as refused:
        print(f"refused: {refused}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
