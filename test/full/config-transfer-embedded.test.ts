import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ConfigExport } from '../../src/server/config-transfer/config-export.js';
import { ConfigImport } from '../../src/server/config-transfer/config-import.js';
import { OPERATOR } from '../support/actor.js';
import { createEmbeddedFolder, type EmbeddedFolder } from '../support/embedded.js';
import { createTestEnvironment, type TestEnvironment } from '../support/environment.js';
import { wipe } from '../support/transfer.js';

let folder: EmbeddedFolder;
let service: TestEnvironment;

beforeAll(async () => {
  folder = await createEmbeddedFolder();
  // An empty address is none: then the embedded database serves.
  service = await createTestEnvironment({ databaseUrl: '', env: { DATA_DIR: folder.dataDir } });
});
afterAll(async () => {
  await service.close();
  await folder.remove();
});

async function exported(): Promise<string> {
  const spool = await service.app.get(ConfigExport, { strict: false }).run({ passwordHashes: true }, OPERATOR);
  return Buffer.concat(await spool.stream().toArray()).toString();
}

const imported = (text: string) =>
  service.app.get(ConfigImport, { strict: false }).run(Readable.from([Buffer.from(text)]), {}, OPERATOR);

it('on the embedded database too: export, wipe, import, export again is the same document', async () => {
  expect(service.settings.databaseUrl).toBeUndefined();
  expect(folder.dataDir.startsWith(tmpdir())).toBe(true);
  const people = Array.from({ length: 2_500 }, (_, n) => ({ username: `person-${n}`, groups: ['administrators'] }));
  await imported(JSON.stringify({ format: 'gatehouse', version: 1, people }));
  const before = await exported();
  await wipe(service);
  const { people: report } = await imported(before);
  expect(report.created).toBeGreaterThan(2_500);
  expect(await exported()).toBe(before);
  expect((await imported(before)).people).toMatchObject({ created: 0, updated: 0 });
  expect(await service.login('admin')).toBeTruthy();
});
