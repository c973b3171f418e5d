import { createHash, scrypt, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { promisify } from 'node:util';

/** A stand-in for the system in which people are kept: it knows those of people.json, as the file is at each question. */
interface Person {
  readonly id: string;
  readonly username: string;
  readonly isActive: boolean;
  readonly groups: readonly string[];
  /** Salt and scrypt hash, in base64. */
  readonly password: string;
}

const MOST_BYTES = 65_536;
const NOBODYS_PASSWORD = `${'A'.repeat(24)}:${'A'.repeat(44)}`;
const hash = promisify(scrypt) as (password: string, salt: Buffer, length: number) => Promise<Buffer>;
const secret = process.env.PEOPLE_SECRET ?? '';
if (secret.length < 32) throw new Error('PEOPLE_SECRET is too short; make one with: openssl rand -hex 32');

const read = async () => JSON.parse(await readFile('people.json', 'utf8')) as Person[];
const shown = ({ password: _password, ...person }: Person) => person;

async function check(username: string, password: string): Promise<object> {
  const person = (await read()).find((one) => one.username === username.trim().toLowerCase());
  // The same work where nobody is called so.
  const [salt, expected] = (person?.password ?? NOBODYS_PASSWORD).split(':').map((part) => Buffer.from(part, 'base64'));
  const fits = timingSafeEqual(await hash(password, salt!, 32), expected!.subarray(0, 32));
  return { person: person && fits ? shown(person) : null };
}

async function lookUp(ids: readonly string[]): Promise<object> {
  return { people: (await read()).filter(({ id }) => ids.includes(id)).map(shown) };
}

async function answer(request: IncomingMessage): Promise<[status: number, body: object]> {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const mayAsk = timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${secret}`));
  if (!mayAsk) return [401, {}];
  let text = '';
  for await (const piece of request.setEncoding('utf8')) {
    text += String(piece);
    if (text.length > MOST_BYTES) return [413, {}];
  }
  if (request.method === 'POST' && request.url === '/check') {
    const { username, password } = JSON.parse(text) as { username: string; password: string };
    return [200, await check(username, password)];
  }
  if (request.method === 'POST' && request.url === '/people') {
    return [200, await lookUp((JSON.parse(text) as { ids: string[] }).ids)];
  }
  return [404, {}];
}

const server = createServer((request, response) => {
  const send = (status: number, body: object) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  answer(request).then(
    ([status, body]) => send(status, body),
    // Not what it says: that may be a part of the question.
    () => send(500, {}),
  );
});
server.listen(Number(process.env.PORT ?? 9000), '127.0.0.1');
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
