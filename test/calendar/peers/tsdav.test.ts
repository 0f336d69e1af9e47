import { expect } from 'chai';
import { createDAVClient, type DAVCalendarObject } from 'tsdav';
import { calendarText, missing } from '../../support/dav.ts';
import { PASSWORD, TestSystem } from '../../support/system.ts';

const series = (title: string, ...more: string[]): string =>
  calendarText(
    [
      'UID:series@tsdav',
      'DTSTAMP:20291201T000000Z',
      'DTSTART;TZID=Europe/Berlin:20300107T090000',
      'DURATION:PT1H',
      'RRULE:FREQ=WEEKLY;COUNT=52',
      `SUMMARY:${title}`,
      'X-OF-CLIENT:kept',
      ...more,
    ],
    [
      'UID:series@tsdav',
      'DTSTAMP:20291201T000000Z',
      'RECURRENCE-ID;TZID=Europe/Berlin:20300121T090000',
      'DTSTART;TZID=Europe/Berlin:20300121T110000',
      'DURATION:PT1H',
      `SUMMARY:${title}`,
    ],
  );

describe('tsdav', () => {
  let system: TestSystem;
  before(async () => (system = await TestSystem.start()));
  after(() => system.close());

  it('finds the calendar, creates, changes, synchronises and deletes a series', async () => {
    const client = await createDAVClient({
      serverUrl: new URL(system.url).origin,
      credentials: { username: 'alice', password: PASSWORD },
      authMethod: 'Basic',
      defaultAccountType: 'caldav',
    });
    const [calendar, ...others] = await client.fetchCalendars();
    if (calendar === undefined) throw new Error('there is no calendar');
    expect(others).to.deep.equal([]);
    expect(calendar.components).to.deep.equal(['VEVENT']);
    const known: DAVCalendarObject[] = [];
    const made = await client.createCalendarObject({ calendar, iCalString: series('Series'), filename: 'series.ics' });
    expect(made.status).to.equal(201);
    const synced = await client.smartCollectionSync({
      collection: { ...calendar, objects: known, objectMultiGet: client.calendarMultiGet },
      method: 'webdav',
    });
    const [object, ...more] = synced.objects;
    expect(more).to.deep.equal([]);
    expect(missing(series('Series'), String(object?.data))).to.deep.equal([]);
    if (object === undefined) throw new Error('nothing was synchronised');
    const data = String(object.data).replaceAll('SUMMARY:Series', 'SUMMARY:Renamed');
    const changed = await client.updateCalendarObject({ calendarObject: { ...object, data } });
    expect(changed.status).to.equal(204);
    const late = await client.updateCalendarObject({ calendarObject: { ...object, data } });
    expect(late.status, 'by the old ETag').to.equal(412);
    const [found] = await client.fetchCalendarObjects({
      calendar,
      timeRange: { start: '2030-03-25T00:00:00Z', end: '2030-04-02T00:00:00Z' },
    });
    expect(missing(series('Renamed'), String(found?.data))).to.deep.equal([]);
    const expanded = async (start: string, end: string): Promise<string[]> => {
      const objects = await client.fetchCalendarObjects({ calendar, timeRange: { start, end }, expand: true });
      return objects.flatMap(({ data: text }) =>
        [...String(text).matchAll(/^DTSTART:(\d{8}T\d{6}Z)/gm)].map(([, at = '']) => at),
      );
    };
    const spring = await expanded('2030-03-25T00:00:00Z', '2030-04-02T00:00:00Z');
    expect(spring).to.deep.equal(['20300325T080000Z', '20300401T070000Z']);
    const autumn = await expanded('2030-10-21T00:00:00Z', '2030-10-29T00:00:00Z');
    expect(autumn).to.deep.equal(['20301021T070000Z', '20301028T080000Z']);
    const nowhere = await client.fetchCalendarObjects({
      calendar,
      timeRange: { start: '2032-01-01T00:00:00Z', end: '2032-02-01T00:00:00Z' },
    });
    expect(nowhere).to.deep.equal([]);
    if (found === undefined) throw new Error('nothing was found');
    const gone = await client.deleteCalendarObject({ calendarObject: found });
    expect(gone.status).to.equal(204);
    expect(await client.fetchCalendarObjects({ calendar })).to.deep.equal([]);
  });
});
