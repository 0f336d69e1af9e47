import { expect } from 'chai';
import fc from 'fast-check';
import { scheduleDefaults } from '../../lib/schedule/limits.ts';
import { describedZone } from '../../lib/schedule/vtimezone.ts';
import { zoneDescription } from '../../lib/schedule/zone-description.ts';
import { namedZone } from '../../lib/schedule/zone.ts';

const NAMES = [
  ...['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Africa/Casablanca', 'Asia/Tehran'],
  ...['America/Sao_Paulo', 'Pacific/Apia', 'America/Santiago', 'UTC', 'W. Europe Standard Time', 'Pacific/Chatham'],
];

describe('the description of a zone', () => {
  it('shows the same on clocks as the zone, for years', () => {
    const moment = fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2040, 0) });
    const later = fc.integer({ min: 0, max: 9 * 365 * 86_400 });
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), moment, later, (name, from, seconds) => {
        const component = zoneDescription(name, from);
        expect(component?.getFirstPropertyValue('tzid')).to.equal(name);
        const described = describedZone(component!, scheduleDefaults);
        const at = from + seconds * 1_000;
        expect(new Date(described.wallOf(at))).to.deep.equal(new Date(namedZone(name)!.wallOf(at)));
      }),
      { numRuns: 300 },
    );
  });

  it('names the rule by which clocks are changed', () => {
    const text = zoneDescription('Europe/Berlin', Date.UTC(2030, 0))?.toString() ?? '';
    expect(text).to.include('RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU');
    expect(text).to.include('RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU');
    expect(text.match(/BEGIN:(STANDARD|DAYLIGHT)/g)).to.have.length(2);
  });

  it('is none where nobody knows the name', () => {
    expect(zoneDescription('Atlantis/Capital', 0)).to.equal(undefined);
  });
});
