import { expect, it } from 'vitest';
import { createTestEnvironment } from './support/environment.js';

it('/metrics tells how tokens are decided and how old the news is, to those who may read it', async () => {
  const service = await createTestEnvironment();
  const admin = await service.login('admin');
  for (let round = 0; round < 5; round++) await service.ask('/finance/data', { token: admin });
  await service.ask('/finance/data', { token: 'x.y.z' });
  expect((await service.ask('/metrics', { token: await service.login('frank') })).status).toBe(403);
  const { status, headers, text } = await service.ask('/metrics', { token: admin });
  expect(status).toBe(200);
  expect(headers.get('content-type')).toMatch('text/plain');
  const value = (name: string) => Number(new RegExp(`^${name.replaceAll(/[{}]/g, '\\$&')} (.+)$`, 'm').exec(text)?.[1]);
  expect(value('gatehouse_lease_fresh')).toBe(1);
  expect(value('gatehouse_lease_age_seconds')).toBeLessThan(0.2);
  expect(value('gatehouse_cached_tokens')).toBe(2);
  expect(value('gatehouse_token_decisions_total{mode="hit"}')).toBeGreaterThanOrEqual(5);
  expect(value('gatehouse_token_decisions_total{mode="refused"}')).toBe(1);
  const { json } = await service.ask('/health/ready');
  expect(json.details.changes).toMatchObject({ status: 'up', position: expect.any(Number), lag: 0 });
  await service.close();
});

it('METRICS_OPEN=on lets everybody read /metrics, and nothing else', async () => {
  const service = await createTestEnvironment({ env: { METRICS_OPEN: 'on' } });
  expect((await service.ask('/metrics')).text).toContain('gatehouse_lease_fresh 1');
  expect((await service.ask('/keys')).status).toBe(401);
  expect((await service.ask('/openapi.json')).json.paths['/metrics'].get['x-access']).toEqual({ public: true });
  await service.close();
});
