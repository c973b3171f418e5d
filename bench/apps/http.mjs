// The least that an HTTP server of Node does: what the load generator is held against.
import { createServer } from 'node:http';
import { ANSWER, listening } from './answer.mjs';

const { port } = JSON.parse(process.argv[2]);
const body = JSON.stringify(ANSWER);

createServer((_request, response) => {
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(body);
}).listen(port, '127.0.0.1', listening);
