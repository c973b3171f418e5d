// What the service's open route costs beside the least that the same HTTP servers do, so that a difference between two
// guarded routes can be told from one between two frameworks.
import { compare } from '../measure.mjs';
import { row } from '../report.mjs';

/** @param {import('../bench-run.mjs').BenchRun} run */
export async function measureFloor(run) {
  const { service } = await run.main();
  const { all } = await compare(
    [
      await run.contender('floor: service', service, { path: '/bench/open' }),
      await run.contender('floor: Nest', await run.launch('apps/nest.mjs'), { path: '/open' }),
      await run.contender('floor: Fastify', await run.launch('apps/fastify.mjs'), { path: '/open' }),
      await run.contender('floor: node:http', await run.launch('apps/http.mjs'), { path: '/' }),
    ],
    run.times,
  );
  const [open, nest, fastify, http] = all;
  return [
    row('a bare node:http server (what the generator can do)', http),
    row('a bare Fastify application', fastify),
    row('a bare Nest application on Fastify', nest),
    row('the service’s open route', open, nest, 'a bare Nest application on Fastify'),
  ];
}
