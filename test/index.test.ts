import { expect } from 'chai';
import * as plenary from '../lib/index.ts';

describe('the public surface', () => {
  it('has few names: a client, its errors, its XML, and the system', () => {
    expect(Object.keys(plenary).sort()).to.deep.equal([
      'CcmpError',
      'ConferenceControlClient',
      'ConferencingSystem',
      'TransportError',
      'XmlElement',
      'createLogger',
      'loadConfig',
      'parseXml',
      'serializeXml',
    ]);
  });
});
