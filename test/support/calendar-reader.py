# Reads iCalendar objects, a JSON list of texts, by python3-icalendar and prints what they say as JSON.
import datetime
import json
import sys

import icalendar


def moment(value):
    """A date as it is; a time with a zone in UTC, told from the zone's description; a floating one as it is."""
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, datetime.timedelta):
        return "%d s" % value.total_seconds()
    return value.isoformat()


def said(value):
    if isinstance(value, icalendar.prop.vDDDLists):
        return sorted(moment(one.dt) for one in value.dts)
    if isinstance(value, icalendar.prop.vRecur):
        return {name: [str(one) for one in values] for name, values in value.items()}
    if isinstance(value, icalendar.prop.vCategory):
        return [str(one) for one in value.cats]
    if hasattr(value, "dt"):
        return moment(value.dt)
    if isinstance(value, str):
        return str(value)
    text = value.to_ical()
    return text.decode() if isinstance(text, bytes) else text


def read(component):
    if component.errors:
        raise ValueError(component.errors)
    properties = [
        {
            "name": name,
            "parameters": {key: value for key, value in sorted(value.params.items())},
            "value": said(value),
        }
        for name, value in component.property_items(recursive=False)
        if name not in ("BEGIN", "END")
    ]
    parts = [read(one) for one in component.subcomponents]
    return {"name": component.name, "properties": properties, "components": parts}


print(json.dumps([read(icalendar.Calendar.from_ical(text)) for text in json.load(sys.stdin)]))
