// The least Fastify application: one route.
import fastify from 'fastify';
import { ANSWER, listening } from './answer.mjs';

const { port } = JSON.parse(process.argv[2]);
const app = fastify();
app.get('/open', (_request, reply) => void reply.send(ANSWER));
await app.listen({ port, host: '127.0.0.1' });
listening();
