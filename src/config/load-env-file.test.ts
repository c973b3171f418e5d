import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadEnvFile } from './load-env-file.js';
import { SettingsError } from './setting.js';

describe('the file of settings', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'env-file-'));
    file = join(folder, '.env');
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('may be missing', () => {
    expect(loadEnvFile({ PORT: '1' }, file)).toEqual({ env: { PORT: '1' }, warnings: [] });
  });

  it('completes the environment, which wins', async () => {
    await writeFile(file, '\uFEFFPORT=1\r\n# a remark\r\nHOST="::1"\r\nUV_THREADPOOL_SIZE=8\r\n');
    const { env, warnings } = loadEnvFile({ PORT: '2', HOME: '/root' }, file);
    expect(env).toEqual({ PORT: '2', HOST: '::1', HOME: '/root', UV_THREADPOOL_SIZE: '8' });
    expect(warnings).toEqual([]);
  });

  it('leaves the given environment as it was', async () => {
    await writeFile(file, 'PORT=1\n');
    const env = {};
    loadEnvFile(env, file);
    expect(env).toEqual({});
  });

  it.each([
    ['PROT=1', 'PROT, which is no setting; did you mean PORT?'],
    ['port=1', 'port, which is no setting; did you mean PORT?'],
    ['DATABASEURL=x', 'DATABASEURL, which is no setting; did you mean DATABASE_URL?'],
    ['ACCES_TOKEN_LIFETIM=5m', 'ACCES_TOKEN_LIFETIM, which is no setting; did you mean ACCESS_TOKEN_LIFETIME?'],
  ])('warns of %s', async (line, warning) => {
    await writeFile(file, `${line}\n`);
    expect(loadEnvFile({}, file).warnings).toEqual([`${file} sets ${warning}`]);
  });

  it('says nothing of settings that others may need', async () => {
    await writeFile(file, 'TZ=UTC\nHOME=/root\nPGPASSWORD=x\nNODE_OPTIONS=--enable-source-maps\nNO_COLOR=1\n');
    expect(loadEnvFile({}, file).warnings).toEqual([]);
  });

  it.each(['LDAP_BIND_PASSWORD=half#other', 'export LDAP_BIND_PASSWORD = half a#other', 'LDAP_BIND_PASSWORD=#other'])(
    'warns of %s, of which a part is a remark',
    async (line) => {
      await writeFile(file, `PORT=1\n${line}\n`);
      expect(loadEnvFile({}, file).warnings).toEqual([
        `${file} sets LDAP_BIND_PASSWORD to what stands before a #. If that belongs to it, put it all in quotes.`,
      ]);
    },
  );

  it.each([
    ["LDAP_BIND_PASSWORD='half#other'", 'half#other'],
    ['LDAP_BIND_PASSWORD="half#other" # a remark', 'half#other'],
    ['LDAP_BIND_PASSWORD=half # a remark', 'half'],
    ['LDAP_BIND_PASSWORD= # a remark', ''],
    ['#LDAP_BIND_PASSWORD=half#other', undefined],
  ])('takes %s as it is meant', async (line, value) => {
    await writeFile(file, `${line}\nTZ=UTC#other\n`);
    const { env, warnings } = loadEnvFile({}, file);
    expect([env['LDAP_BIND_PASSWORD'], warnings]).toEqual([value, []]);
  });

  it('warns of a line that is no setting at all', async () => {
    await writeFile(file, 'PORT 9000\nHOST=::1\n');
    expect(loadEnvFile({}, file).warnings).toEqual([`${file} has a line that is not NAME=value near "PORT 9000".`]);
  });

  it('that is there and can not be read stops the start', () => {
    expect(() => loadEnvFile({}, folder)).toThrow(SettingsError);
    expect(() => loadEnvFile({}, folder)).toThrow(`The settings in ${folder} can't be read`);
  });
});
