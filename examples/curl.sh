#!/usr/bin/env bash
# A conference by curl alone: create, retrieve, update, delete. Ends with 1 at the first wrong answer.
# Run: `npm start` in one terminal, `examples/curl.sh` in another.
set -euo pipefail

server=${PLENARY_SERVER:-http://127.0.0.1:8080/ccmp}
user=${PLENARY_USER:-alice:demo}
name=${user%%:*}
[[ $name == *@* ]] || name+=@example.com

# ask OPERATION CONFERENCE CONFINFO EXPECTED-CODE: one confRequest; its answer is left in $answer (RFC 6503 §5.3.4).
ask() {
  answer=$(curl --silent --show-error --fail-with-body --max-time 30 --user "$user" "$server" \
    --header 'Content-Type: application/ccmp+xml' --header 'Accept: application/ccmp+xml' --data-binary @- <<XML
<?xml version="1.0" encoding="UTF-8"?>
<ccmp:ccmpRequest xmlns:ccmp="urn:ietf:params:xml:ns:xcon-ccmp" xmlns:info="urn:ietf:params:xml:ns:conference-info"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <ccmpRequest xsi:type="ccmp:ccmp-conf-request-message-type">
    <confUserID>xcon-userid:$name</confUserID>
    ${2:+<confObjID>$2</confObjID>}
    <operation>$1</operation>
    <ccmp:confRequest>$3</ccmp:confRequest>
  </ccmpRequest>
</ccmp:ccmpRequest>
XML
  ) || fail "$1: no CCMP answer${answer:+: $answer}"
  echo "$1: $(value response-code) $(value response-string)"
  [[ $(value response-code) == "$4" ]] || fail "expected $4"
}

# value NAME: the text of an element of the answer. Enough for an example; a program needs an XML parser.
value() { sed -n "s/.*<\([a-z]*:\)\{0,1\}$1>\([^<]*\)<.*/\2/p" <<<"$answer"; }

fail() {
  echo "$*" >&2
  exit 1
}

ask create '' '' 200
conference=$(value confObjID)
echo "        $conference"

ask retrieve "$conference" '' 200

# Only what changes is sent; everything else stays.
ask update "$conference" "<confInfo entity=\"$conference\"><info:conference-description>
  <info:subject>By curl</info:subject></info:conference-description></confInfo>" 200

ask retrieve "$conference" '' 200
[[ $(value subject) == 'By curl' ]] || fail 'the subject was not changed'

ask delete "$conference" '' 200
ask retrieve "$conference" '' 404
