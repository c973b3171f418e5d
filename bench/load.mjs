// The load generator: keeps one request under way on each of so many connections. It writes requests that were made
// before, and of the answers reads the status and the length only, so that it is several times as fast as what it
// measures. Started by bench.mjs, which sends it what to do:
//
//   { define: name, port, method, path, headers, body, values }  requests, one a value in place of "{}"
//   { define: name, …, follow: 'refresh_token' }                 the next value of a connection is in the answer to the last
//   { run: name, seconds, connections }                          asks all the time, values in turn
//   { each: name, connections }                                  asks once with each value
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

const HEAD_END = '\r\n\r\n';
const plans = new Map();

/** Renders one request. */
function render({ method, path, port, headers = {}, body }, value = '') {
  const filled = body?.replace('{}', value);
  const lines = [`${method} ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`];
  for (const [name, text] of Object.entries(headers)) lines.push(`${name}: ${text.replace('{}', value)}`);
  if (filled !== undefined) lines.push(`Content-Length: ${Buffer.byteLength(filled)}`);
  return Buffer.from(`${lines.join('\r\n')}${HEAD_END}${filled ?? ''}`, 'latin1');
}

function define({ define: name, valuesFile, values = valuesFile ? readLines(valuesFile) : [''], ...plan }) {
  plans.set(name, {
    ...plan,
    values,
    requests: plan.follow ? [] : values.map((value) => render(plan, value)),
    next: 0,
  });
  return { defined: values.length };
}

function readLines(file) {
  return readFileSync(file, 'utf8').split('\n').filter(Boolean);
}

/** One connection, which asks again whenever it is answered, until `nextRequest` has no more. */
async function converse(socket, nextRequest, answered) {
  let pending;
  let failed;
  const onData = (chunk) => {
    const data = pending ? Buffer.concat([pending, chunk]) : chunk;
    const headEnd = data.indexOf(HEAD_END);
    if (headEnd < 0) {
      pending = data;
      return;
    }
    const head = data.latin1Slice(0, headEnd);
    const length = /\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) throw new Error(`The answer has no Content-Length:\n${head}`);
    const end = headEnd + 4 + Number(length);
    if (data.length < end) {
      pending = data;
      return;
    }
    pending = undefined;
    answered(head.slice(9, 12), data, headEnd + 4);
    const request = nextRequest(data, headEnd + 4);
    if (request) socket.write(request);
    else socket.end();
  };
  socket.on('data', (chunk) => {
    try {
      onData(chunk);
    } catch (error) {
      failed = error;
      socket.destroy();
    }
  });
  socket.on('error', (error) => (failed ??= error));
  socket.write(nextRequest());
  await once(socket, 'close');
  if (failed) throw failed;
}

async function open(port, connections) {
  const sockets = Array.from({ length: connections }, () => connect({ host: '127.0.0.1', port, noDelay: true }));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  return sockets;
}

/** Counts answers by status, and says how long they took together, and what it cost this process. */
async function measure(sockets, converseWith) {
  const statuses = {};
  const count = (status) => (statuses[status] = (statuses[status] ?? 0) + 1);
  const cpu = process.cpuUsage();
  const start = performance.now();
  await Promise.all(sockets.map((socket, index) => converseWith(socket, index, count)));
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { statuses, seconds, generatorCpu: (user + system) / 1e6 };
}

async function run({ run: name, seconds, connections }) {
  const plan = plans.get(name);
  const sockets = await open(plan.port, connections);
  const end = performance.now() + seconds * 1_000;
  return measure(sockets, (socket, index, count) => {
    const over = () => performance.now() > end;
    const next = plan.follow
      ? (answer, body) => {
          if (answer) plan.values[index] = JSON.parse(answer.utf8Slice(body))[plan.follow] ?? plan.values[index];
          return over() ? undefined : render(plan, plan.values[index]);
        }
      : () => (over() ? undefined : plan.requests[(plan.next = (plan.next + 1) % plan.requests.length)]);
    return converse(socket, next, count);
  });
}

async function each({ each: name, connections }) {
  const { port, requests } = plans.get(name);
  const sockets = await open(port, Math.min(connections, requests.length));
  let next = 0;
  return measure(sockets, (socket, _index, count) => converse(socket, () => requests[next++], count));
}

process.on('message', (message) => void obey(message));

async function obey(message) {
  const action = message.define ? define : message.run ? run : each;
  try {
    process.send(await action(message));
  } catch (error) {
    process.send({ error: error.stack });
  }
}
process.once('disconnect', () => process.exit());
