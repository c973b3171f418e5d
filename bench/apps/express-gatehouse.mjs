// An Express application that Gatehouse's client guards.
import express from 'express';
import { createGatehouse, definePermissions } from '../../dist/client/index.js';
import { ANSWER, listening } from './answer.mjs';

const { port, issuer, audience, clientId, clientSecret } = JSON.parse(process.argv[2]);
const Finance = definePermissions('finance', { read: 'Read' });
const gatehouse = createGatehouse({ issuer, audience, clientId, clientSecret });
const app = express();
app.get('/open', (_request, response) => void response.json(ANSWER));
app.get('/guarded', gatehouse.protect(Finance.read), (_request, response) => void response.json(ANSWER));
await gatehouse.ready();
app.listen(port, '127.0.0.1', listening);
