import { blueprintInfo } from '../support/messages.ts';
import type { TestSystem } from '../support/system.ts';

export const AUDIO_ROOM = 'xcon:AudioRoom@example.com';
export const VIDEO_ROOM = 'xcon:VideoRoom@example.com';

/** The blueprint of RFC 6503 figure 20. */
const audioRoom = `
  <info:conference-description>
    <info:display-text>AudioRoom</info:display-text>
    <info:free-text>Simple Room: conference room with public access, where only audio is available</info:free-text>
    <info:available-media>
      <info:entry label="audioLabel">
        <info:display-text>audio stream</info:display-text>
        <info:type>audio</info:type>
      </info:entry>
    </info:available-media>
  </info:conference-description>
  <info:users><xcon:join-handling>allow</xcon:join-handling></info:users>
  <xcon:floor-information>
    <xcon:floor-request-handling>confirm</xcon:floor-request-handling>
    <xcon:conference-floor-policy>
      <xcon:floor id="audioFloor"><xcon:media-label>audioLabel</xcon:media-label></xcon:floor>
    </xcon:conference-floor-policy>
  </xcon:floor-information>`;

/** The blueprint of RFC 6504 figure 6. */
const videoRoom = `
  <info:conference-description>
    <info:display-text>VideoRoom</info:display-text>
    <info:maximum-user-count>4</info:maximum-user-count>
    <info:available-media>
      <info:entry label="audioLabel"><info:type>audio</info:type></info:entry>
      <info:entry label="videoLabel"><info:type>video</info:type></info:entry>
    </info:available-media>
  </info:conference-description>
  <info:users><xcon:join-handling>allow</xcon:join-handling></info:users>
  <xcon:floor-information>
    <xcon:floor-request-handling>confirm
    </xcon:floor-request-handling>
    <xcon:conference-floor-policy>
      <xcon:floor id="audioFloor"><xcon:media-label>audioLabel</xcon:media-label></xcon:floor>
      <xcon:floor id="videoFloor"><xcon:media-label>videoLabel</xcon:media-label></xcon:floor>
    </xcon:conference-floor-policy>
  </xcon:floor-information>`;

/** Has the system administrator make the blueprints that the RFCs' flows begin with. */
export async function makeRooms(system: TestSystem): Promise<void> {
  const rooms = [
    [AUDIO_ROOM, audioRoom],
    [VIDEO_ROOM, videoRoom],
  ] as const;
  for (const [uri, content] of rooms) {
    const { code, string } = await system
      .as('root')
      .asks('blueprint', { operation: 'create', inside: blueprintInfo(uri, content) });
    if (code !== 200) throw new Error(`${uri} could not be made: ${string ?? ''}`);
  }
}
