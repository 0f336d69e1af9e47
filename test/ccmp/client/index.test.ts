import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import * as client from '../../../lib/ccmp/client/index.ts';

const LIB = new URL('../../../lib/', import.meta.url);

/** What loading a module loads with it: our files by their path in lib/, packages by name. */
function loadedWith(file: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  const url = new URL(file, LIB);
  const source = readFileSync(url, 'utf8').replace(/^import type .*$/gm, '');
  for (const [, name = ''] of source.matchAll(/^(?:import|export|\}) [^;]*?from '([^']+)';$/gm)) {
    if (name.startsWith('.')) loadedWith(new URL(name, url).href.slice(LIB.href.length), loaded);
    else loaded.add(name);
  }
  return loaded;
}

describe('plenary/client', () => {
  it('has few names: a client, its errors, and the XML that it takes and gives', () => {
    expect(Object.keys(client).sort()).to.deep.equal([
      'CONFERENCE_INFO',
      'CcmpError',
      'ConferenceControlClient',
      'TransportError',
      'XCON',
      'XmlElement',
      'info',
      'parseXml',
      'serializeXml',
      'xcon',
    ]);
  });

  it('loads no part of a server and no native module', () => {
    const loaded = [...loadedWith('ccmp/client/index.ts')];
    expect(loaded).to.include.members(['ccmp/client/transport.ts', 'ccmp/codec/codes.ts', 'xml/parse.ts']);
    const packages = loaded.filter((name) => !name.endsWith('.ts') && !name.startsWith('node:'));
    expect(packages).to.deep.equal(['@rgrove/parse-xml']);
    const others = loaded.filter((name) => name.endsWith('.ts') && !/^(ccmp\/(client|codec)|model|xml)\//.test(name));
    expect(others).to.deep.equal([]);
  });
});
