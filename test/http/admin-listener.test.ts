import { expect } from 'chai';
import { openAdminListener, type AdminListener, type AdminParts } from '../../lib/http/admin-listener.ts';
import { formatAddress } from '../../lib/http/address.ts';
import { Metrics } from '../../lib/http/metrics.ts';

describe('the admin listener', () => {
  let listener: AdminListener;
  let url: string;

  async function serve(parts: Partial<AdminParts> = {}): Promise<Metrics> {
    const metrics = new Metrics();
    const ready = () => Promise.resolve();
    listener = await openAdminListener({ address: '127.0.0.1', port: 0 }, { metrics, ready, readyTime: 20, ...parts });
    url = `http://${formatAddress(listener.address)}`;
    return metrics;
  }
  afterEach(() => listener.close());

  const page = async (path: string, method = 'GET') => {
    const answer = await fetch(url + path, { method });
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  };

  it('shows metrics as Prometheus reads them', async () => {
    const metrics = await serve();
    const fields = { type: 'conf', operation: 'retrieve', code: 510, limit: 'overload.inFlight' };
    metrics.ended({ status: 200, seconds: 0.003, fields });
    metrics.ended({ status: 200, seconds: 0.3, fields: { ...fields, user: 'xcon-userid:alice@example.com' } });
    metrics.ended({ status: 401, seconds: 0.001, fields: {} });
    metrics.crossed('http.connections');
    metrics.flushed(12, 0.004);
    metrics.gauge('rooms', 'Rooms.', () => 7);
    metrics.gauge('kept', 'Kept.', () => ({ cups: 2, plates: 3 }));
    const { status, type, text } = await page('/metrics?x=y');
    expect({ status, type }).to.deep.equal({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' });
    const own = text.split('\n').filter((line) => line.startsWith('plenary') && !line.includes('_bucket'));
    const labels = 'type="conf",operation="retrieve",code="510",status="200"';
    expect(own).to.deep.equal([
      `plenary_requests_seconds_sum{${labels}} 0.303`,
      `plenary_requests_seconds_count{${labels}} 2`,
      'plenary_requests_seconds_sum{type="",operation="",code="",status="401"} 0.001',
      'plenary_requests_seconds_count{type="",operation="",code="",status="401"} 1',
      'plenary_limits_crossed_total{limit="overload.inFlight"} 2',
      'plenary_limits_crossed_total{limit="http.connections"} 1',
      'plenary_commits_total 12',
      'plenary_flush_seconds_sum 0.004',
      'plenary_flush_seconds_count 1',
      'plenary_rooms 7',
      'plenary_kept{of="cups"} 2',
      'plenary_kept{of="plates"} 3',
    ]);
    expect(text, 'no names of people').not.to.contain('alice');
    expect(text).to.match(/nodejs_eventloop_lag_seconds/);
  });

  it('is ready when the store answers in time, and says why not', async () => {
    await serve();
    expect(await page('/readyz')).to.include({ status: 200, text: 'ready\n' });
    await listener.close();
    await serve({ ready: () => Promise.reject(new Error('the disk is full')) });
    expect(await page('/readyz')).to.include({ status: 503, text: 'not ready: the disk is full\n' });
    await listener.close();
    await serve({ ready: () => new Promise(() => undefined) });
    expect(await page('/readyz')).to.include({ status: 503, text: 'not ready: the store does not answer\n' });
    expect(await page('/healthz')).to.include({ status: 200, text: 'alive\n' });
  });

  it('has nothing else, and changes nothing', async () => {
    await serve();
    for (const path of ['/', '/toString', '/__proto__', '/metrics/']) expect((await page(path)).status).to.equal(404);
    expect((await page('/metrics', 'POST')).status).to.equal(405);
    expect(await page('/healthz', 'HEAD')).to.include({ status: 200, text: '' });
  });
});
