import express from 'express';
import { createGatehouse, definePermissions, principalOf } from 'nest-gatehouse-client';

const Orders = definePermissions('bakery:orders', { read: 'See orders', write: 'Change orders' });
const gatehouse = createGatehouse({ ...JSON.parse(process.env.GATEHOUSE ?? '{}'), permissions: [Orders] });
const orders = ['12 rolls', '3 loaves'];

const app = express();
app.get('/', gatehouse.protect('public'), (request, response) => {
  response.send(`Hello, ${principalOf(request).username || 'stranger'}`);
});
app.get('/orders', gatehouse.protect(Orders.read), (_, response) => {
  response.json(orders);
});
app.post('/orders/:what', gatehouse.protect(Orders.write), (request, response) => {
  orders.push(request.params.what);
  response.status(201).json(orders);
});
app.get('/health', (_, response) => {
  response.json(gatehouse.status);
});

// A permission that the service refuses is a mistake that nobody should have to find at the first 403.
await gatehouse.ready();
const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
process.once('SIGTERM', () => {
  server.close();
  void gatehouse.close();
});
