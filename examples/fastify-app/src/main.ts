import { fastify } from 'fastify';
import { createGatehouse, definePermissions, principalOf } from 'nest-gatehouse-client';

const Items = definePermissions('stock:items', { read: 'See what is in stock', write: 'Change it' });
const gatehouse = createGatehouse({ ...JSON.parse(process.env.GATEHOUSE ?? '{}'), permissions: [Items] });
const items = ['chair', 'table'];

const app = fastify();
await app.register(gatehouse.fastify);
app.get('/', { onRequest: gatehouse.hook('public') }, (request) => {
  return `Hello, ${principalOf(request).username || 'stranger'}`;
});
app.get('/items', { onRequest: gatehouse.hook(Items.read) }, () => items);
app.post<{ Params: { name: string } }>('/items/:name', { onRequest: gatehouse.hook(Items.write) }, (request, reply) => {
  items.push(request.params.name);
  return reply.code(201).send(items);
});
app.get('/health', () => gatehouse.status);

// A permission that the service refuses is a mistake that nobody should have to find at the first 403.
await gatehouse.ready();
await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' });
process.once('SIGTERM', () => {
  void app.close();
  void gatehouse.close();
});
