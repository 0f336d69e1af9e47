import { expect } from 'chai';
import fc from 'fast-check';
import { namedZone, UTC } from '../../lib/schedule/zone.ts';

const instantIn = (zone: string, wall: number): number => (namedZone(zone) ?? UTC).instantOf(wall);

describe('times of zones', () => {
  const rows: [zone: string, wall: string, instant: string][] = [
    ['Europe/Berlin', '2030-03-07T09:00:00Z', '2030-03-07T08:00:00Z'],
    ['Europe/Berlin', '2030-07-07T09:00:00Z', '2030-07-07T07:00:00Z'],
    // Clocks go forward at 2:00 on 31 March 2030, and back at 3:00 on 27 October.
    ['Europe/Berlin', '2030-03-31T01:59:59Z', '2030-03-31T00:59:59Z'],
    ['Europe/Berlin', '2030-03-31T02:30:00Z', '2030-03-31T01:30:00Z'],
    ['Europe/Berlin', '2030-03-31T03:00:00Z', '2030-03-31T01:00:00Z'],
    ['Europe/Berlin', '2030-10-27T02:30:00Z', '2030-10-27T00:30:00Z'],
    ['Europe/Berlin', '2030-10-27T03:00:00Z', '2030-10-27T02:00:00Z'],
    ['America/New_York', '2030-01-01T00:00:00Z', '2030-01-01T05:00:00Z'],
    ['Asia/Kathmandu', '2030-01-01T00:00:00Z', '2029-12-31T18:15:00Z'],
    ['W. Europe Standard Time', '2030-07-07T09:00:00Z', '2030-07-07T07:00:00Z'],
    ['Eastern Standard Time', '2030-01-01T00:00:00Z', '2030-01-01T05:00:00Z'],
  ];
  for (const [zone, wall, instant] of rows) {
    it(`[E17] ${wall.slice(0, -1)} in ${zone} is ${instant}`, () => {
      expect(new Date(instantIn(zone, Date.parse(wall))).toISOString()).to.equal(new Date(instant).toISOString());
    });
  }

  it('are not known by any name', () => {
    expect(namedZone('Nowhere/Unknown')).to.equal(undefined);
    expect(namedZone('x'.repeat(1_000))).to.equal(undefined);
  });

  it('are the wall times themselves in UTC, and never run backwards by more than the clocks do', () => {
    const wall = fc.integer({ min: 0, max: 4e12 });
    fc.assert(fc.property(wall, (at) => instantIn('UTC', at) === at));
    fc.assert(fc.property(wall, (at) => Math.abs(instantIn('Europe/Berlin', at) - at) <= 7_200_000));
  });
});
