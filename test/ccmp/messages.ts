import { CCMP } from '../../lib/ccmp/codec/messages.ts';
import { CONFERENCE_INFO, XCON } from '../../lib/model/names.ts';

/** A request as a client writes it: the parameters and the specialised element as XML, under the usual prefixes. */
export function requestText(name: string, parameters: string, inside = '', namespace = CCMP): string {
  const specialised = name === 'options' ? '' : `<ccmp:${name}Request>${inside}</ccmp:${name}Request>`;
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<ccmp:ccmpRequest xmlns:info="${CONFERENCE_INFO}" xmlns:ccmp="${namespace}" xmlns:xcon="${XCON}">
  <ccmpRequest xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="ccmp:ccmp-${name}-request-message-type">
    ${parameters}
    ${specialised}
  </ccmpRequest>
</ccmp:ccmpRequest>`;
}

export const ALICE = '<confUserID>xcon-userid:alice@example.com</confUserID>';

/** What Linphone sends to schedule a conference (RFC 6503 §5.3.4 create) or, with a confObjID, to change or delete it. */
export const linphoneConf = (operation: string, confObjID = ''): string =>
  `<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<xcon-ccmp:ccmpRequest xmlns="urn:ietf:params:xml:ns:conference-info" xmlns:xcon-ccmp="urn:ietf:params:xml:ns:xcon-ccmp" xmlns:xcon="urn:ietf:params:xml:ns:xcon-conference-info" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <ccmpRequest xmlns="" xsi:type="xcon-ccmp:ccmp-conf-request-message-type">
    <confUserID>xcon-userid:al%20ice@example.com:5061;transport=tls</confUserID>${confObjID && `<confObjID>${confObjID}</confObjID>`}
    <operation>${operation}</operation>
    <xcon-ccmp:confRequest>
      <confInfo xmlns:info="urn:ietf:params:xml:ns:conference-info" entity="xcon:AUTO_GENERATE_1@example.com" state="full">
        <info:conference-description>
          <info:subject>Weekly</info:subject>
          <info:free-text>All about it</info:free-text>
          <info:available-media>
            <info:entry label="AUTO_GENERATE_2"><info:type>audio</info:type><info:status>sendrecv</info:status></info:entry>
            <info:entry label="AUTO_GENERATE_4"><info:type>text</info:type><info:status>inactive</info:status></info:entry>
          </info:available-media>
          <xcon:conference-time><xcon:entry><xcon:base>BEGIN:VCALENDAR&#13;
METHOD:REQUEST&#13;
BEGIN:VEVENT&#13;
DTSTART:19700101T000000Z&#13;
END:VEVENT&#13;
END:VCALENDAR&#13;
</xcon:base></xcon:entry></xcon:conference-time>
        </info:conference-description>
        <info:users>
          <xcon:allowed-users-list><xcon:target uri="sip:bob@example.com" method="dial-out"/></xcon:allowed-users-list>
        </info:users>
      </confInfo>
    </xcon-ccmp:confRequest>
  </ccmpRequest>
</xcon-ccmp:ccmpRequest>`;
