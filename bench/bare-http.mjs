// The least that an HTTP server of Node does: what the load generator is held against.
import { createServer } from 'node:http';

const body = JSON.stringify({ name: 'Gatehouse', docs: '/docs', openapi: '/openapi.json', health: '/health/live' });

createServer((_request, response) => {
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(body);
}).listen(Number(process.argv[2]), '127.0.0.1', () => process.send({ ready: true }));

process.once('disconnect', () => process.exit());
