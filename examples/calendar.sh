#!/usr/bin/env bash
# A weekly conference by a calendar's means (CalDAV) and curl: find the calendar, schedule, read, cancel. Ends with 1 at the
# first wrong answer. Run: `npm start` in one terminal, `examples/calendar.sh` in another.
set -euo pipefail

server=${PLENARY_SERVER:-http://127.0.0.1:8080/ccmp}
user=${PLENARY_USER:-alice:demo}
origin=${server%"${server#*://*/}"}
origin=${origin%/}

# ask METHOD PATH EXPECTED-STATUS [CURL OPTION…]: one request; its answer is left in $answer.
ask() {
  local method=$1 path=$2 expected=$3 status
  shift 3
  answer=$(curl --silent --show-error --max-time 30 --user "$user" --request "$method" "$origin$path" \
    --header 'Expect:' --write-out '\n%{http_code}' "$@")
  status=${answer##*$'\n'}
  echo "$method $path: $status"
  [[ $status == "$expected" ]] || { echo "expected $expected, not $status: $answer" >&2; exit 1; }
}

# The calendar is below the one home that a user sees (RFC 4791 §6.2.1).
ask PROPFIND /dav/calendars/ 207 --header 'Depth: 1'
home=$(grep -o '/dav/calendars/[^<]\+' <<<"$answer" | head -n 1)
event=${home}conferences/example-$$.ics

ask PUT "$event" 201 --header 'Content-Type: text/calendar' --header 'If-None-Match: *' --data-binary @- <<ICS
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//EN
BEGIN:VEVENT
UID:example-$$
DTSTAMP:20300101T000000Z
DTSTART;TZID=Europe/Berlin:20300107T090000
DURATION:PT1H
RRULE:FREQ=WEEKLY;COUNT=10
SUMMARY:Weekly numbers
END:VEVENT
END:VCALENDAR
ICS

ask GET "$event" 200
grep '^CONFERENCE' <<<"$answer"

ask DELETE "$event" 204
ask GET "$event" 404
