import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { loadConfig, SETTINGS } from '../../lib/config.ts';
import { settingsAsMarkdown, settingsAsRecords } from '../../lib/config/page.ts';
import { InvalidSetting } from '../../lib/config/sources.ts';

describe('the page of settings', () => {
  it('says what they are', () => {
    const page = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8');
    expect(page, 'write it again: plenary settings > docs/settings.md').to.equal(settingsAsMarkdown());
  });

  it('has one row for each, and says which must be set', () => {
    const rows = settingsAsMarkdown()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows.map((row) => row.split('`')[1])).to.deep.equal(Object.keys(SETTINGS));
    const must = rows.filter((row) => row.includes('| must be set |'));
    expect(must).to.have.length(1);
    expect(must[0]).to.contain('`domain`');
  });

  it('is there for programs too: without a default there is none', () => {
    const records = settingsAsRecords();
    expect(records.map(({ name }) => name)).to.deep.equal(Object.keys(SETTINGS));
    const must = records.filter((record) => record.default === undefined).map(({ variable }) => variable);
    expect(must).to.deep.equal(['PLENARY_DOMAIN']);
    expect(() => loadConfig({})).to.throw(InvalidSetting, 'domain');
  });
});
