# One user's session by python3-caldav: what it finds is printed as JSON, step by step.
import datetime
import json
import sys

import caldav

url, user, password = sys.argv[1:]
client = caldav.DAVClient(url=url, username=user, password=password)
calendar = client.principal().calendars()[0]


def show(step, value):
    print(json.dumps({"step": step, "value": value}), flush=True)


def text(step, event):
    event.load()
    show(step, event.data)


utc = datetime.timezone.utc
series = sys.stdin.read()
show("components", calendar.get_supported_components())
token = calendar.objects_by_sync_token()
event = calendar.save_event(series)
text("created", event)
token = calendar.objects_by_sync_token(sync_token=token.sync_token, load_objects=True)
show("changed", len(list(token)))
found = calendar.date_search(
    start=datetime.datetime(2030, 3, 25, tzinfo=utc), end=datetime.datetime(2030, 4, 2, tzinfo=utc), expand=True
)
autumn = calendar.date_search(
    start=datetime.datetime(2030, 10, 21, tzinfo=utc), end=datetime.datetime(2030, 10, 29, tzinfo=utc), expand=True
)
show("expanded", [one.data for one in [*found, *autumn]])
show("found", calendar.event_by_uid("series@python").data)
# Changed as a person would: another title, and one occurrence left out.
event.data = event.data.replace("SUMMARY:Series", "SUMMARY:Renamed").replace(
    "RRULE:", "EXDATE;TZID=Europe/Berlin:20300114T090000\r\nRRULE:"
)
event.save()
text("renamed", event)
busy = calendar.freebusy_request(
    datetime.datetime(2030, 1, 7, tzinfo=utc), datetime.datetime(2030, 1, 22, tzinfo=utc)
)
show("busy", busy.data)
event.delete()
token = calendar.objects_by_sync_token(sync_token=token.sync_token)
show("left", len(calendar.events()))
