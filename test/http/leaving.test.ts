import { expect } from 'chai';
import type { ServerResponse } from 'node:http';
import { endWithTurn } from '../../lib/http/leaving.ts';

describe('answers that leave with the turn', () => {
  const ended: string[] = [];
  const response = (name: string) =>
    ({ end: (body = '') => ended.push(`${name}${body}`) }) as unknown as ServerResponse;
  const turn = () => new Promise((over) => setImmediate(over));

  beforeEach(() => ended.splice(0));

  it('leave when all of the turn are there, in their order', async () => {
    endWithTurn(response('a'), '1');
    await Promise.resolve();
    endWithTurn(response('b'));
    expect(ended).to.deep.equal([]);
    await turn();
    expect(ended).to.deep.equal(['a1', 'b']);
  });

  it('leave with the next turn where another made them', async () => {
    const first = { end: () => endWithTurn(response('second')) } as unknown as ServerResponse;
    endWithTurn(first);
    await turn();
    expect(ended).to.deep.equal([]);
    await turn();
    expect(ended).to.deep.equal(['second']);
  });
});
