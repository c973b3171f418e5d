// A Fastify application that Gatehouse's client guards.
import fastify from 'fastify';
import { createGatehouse, definePermissions } from '../../dist/client/index.js';
import { ANSWER, listening } from './answer.mjs';

const { port, issuer, audience, clientId, clientSecret } = JSON.parse(process.argv[2]);
const Finance = definePermissions('finance', { read: 'Read' });
const gatehouse = createGatehouse({ issuer, audience, clientId, clientSecret });
const app = fastify();
await app.register(gatehouse.fastify);
app.get('/open', (_request, reply) => void reply.send(ANSWER));
app.get('/guarded', { onRequest: gatehouse.hook(Finance.read) }, (_request, reply) => void reply.send(ANSWER));
await gatehouse.ready();
await app.listen({ port, host: '127.0.0.1' });
listening();
