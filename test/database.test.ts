import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DataSource, Repository } from 'typeorm';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { type DatabaseOptions } from '../src/server/database/database-options.js';
import { DatabaseTooNewError } from '../src/server/database/database-start-error.js';
import { DatabaseModule } from '../src/server/database/database.module.js';
import { InjectRepository } from '../src/server/database/inject-repository.js';
import {
  CoreNotes1764000000001,
  Note,
  changed,
  embedded,
  migrating,
  migrationsOf,
  notes,
  open,
  postgres,
  query,
  refusalOf,
} from './support/databases.js';

describe.each([
  ['PostgreSQL', postgres],
  ['the embedded database', embedded],
])('DatabaseModule on %s', (_, options) => {
  @Injectable()
  class Notes {
    constructor(@InjectRepository(Note) readonly repository: Repository<Note>) {}
  }

  @Controller('notes')
  class NotesController {
    constructor(private readonly service: Notes) {}

    @Get()
    list(): Promise<Note[]> {
      return this.service.repository.find();
    }
  }

  @Module({
    imports: [DatabaseModule.forFeature([Note], [CoreNotes1764000000001])],
    providers: [Notes],
    controllers: [NotesController],
  })
  class NotesModule {}

  @Module({ imports: [DatabaseModule.forFeature([Note], [CoreNotes1764000000001])], providers: [Notes] })
  class SecondNotesModule {}

  test('gives features their repositories, and an entity named twice is one', async () => {
    const OPTIONS = Symbol('settings');
    const settings = await options();
    @Module({ providers: [{ provide: OPTIONS, useValue: settings }], exports: [OPTIONS] })
    class SettingsModule {}
    @Module({
      imports: [
        NotesModule,
        SecondNotesModule,
        DatabaseModule.forRootAsync({
          imports: [SettingsModule],
          inject: [OPTIONS],
          useFactory: (given: DatabaseOptions) => given,
        }),
      ],
    })
    class AppModule {}

    const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false, abortOnError: false });
    try {
      const written = { id: randomUUID(), position: 2 ** 40, at: new Date() };
      await app.select(NotesModule).get(Notes).repository.insert(written);
      await app.listen(0, '127.0.0.1');
      const answer = await fetch(`${await app.getUrl()}/notes`);
      expect(await answer.json()).toEqual([{ ...written, at: written.at.toISOString() }]);
      expect(await app.select(SecondNotesModule).get(Notes).repository.find()).toEqual([written]);
      expect(app.get(DataSource).entityMetadatas).toHaveLength(1);
    } finally {
      await app.close();
    }
    expect(app.get(DataSource).isInitialized).toBe(false);
    // Whatever the application held, a lock or connections, is free again.
    const again = await open(settings, [notes]);
    expect(await again.dataSource.getRepository(Note).count()).toBe(1);
  });
});

test('DatabaseModule lets the application see why the database could not be opened', async () => {
  @Module({ imports: [DatabaseModule.forRoot({ url: 'nonsense', dataDir: tmpdir() })] })
  class AppModule {}
  const started = NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
  await expect(started).rejects.toMatchObject({ name: 'DatabaseStartError', code: 'url-invalid' });
});

test('A test database is cloned, and apart from all others', async () => {
  const [first, second] = await Promise.all([postgres([notes]), postgres([notes])]);
  await query(first!.url!, 'DELETE FROM gatehouse.migrations');
  expect(await migrationsOf(await open(second!, [notes]))).toHaveLength(1);
});

describe('migrations', () => {
  test('of all features run in the order of their timestamps, and once', async () => {
    const options = await postgres();
    const features = [
      migrating({ Prices1764000000003: 'INSERT INTO gatehouse.notes SELECT gen_random_uuid(), 1' }),
      notes,
      migrating({ CoreMore1764000000002: 'CREATE INDEX ON gatehouse.notes (position)' }),
    ];
    for (let start = 0; start < 2; start++) {
      const database = await open(options, features);
      expect(await migrationsOf(database)).toEqual([
        'CoreNotes1764000000001',
        'CoreMore1764000000002',
        'Prices1764000000003',
      ]);
      expect(await database.dataSource.getRepository(Note).count()).toBe(1);
    }
  });

  test('run once when several instances start at once on an empty database', async () => {
    const options = await postgres();
    const slow = migrating({ CoreSlow1764000000002: 'SELECT pg_sleep(0.2)' });
    const databases = await Promise.all(Array.from({ length: 4 }, () => open(options, [notes, slow])));
    expect(await migrationsOf(databases[0]!)).toEqual(['CoreNotes1764000000001', 'CoreSlow1764000000002']);
  });

  test('that fail leave nothing behind, and the sentence names the one', async () => {
    const options = await postgres();
    const broken = migrating({ CoreBroken1764000000002: 'CREATE TABLE gatehouse.nowhere (i no_such_type)' });
    const refusal = await refusalOf(options, [notes, broken]);
    expect(refusal).toMatchObject({ code: 'migration-failed' });
    expect(refusal.message).toMatch(/CoreBroken1764000000002.*no_such_type/);
    const database = await open(options, []);
    expect(await database.dataSource.query("SELECT to_regnamespace('gatehouse') AS schema")).toEqual([
      { schema: null },
    ]);
  });

  test('of a newer release stop the start, without a change', async () => {
    const later = migrating({ CoreLater1764000000009: 'SELECT 1' });
    const options = await postgres([notes, later]);
    const refusal = await refusalOf(options, [notes, migrating({ Mine1764000000010: 'SELECT 1' })]);
    expect(refusal).toBeInstanceOf(DatabaseTooNewError);
    expect(refusal.message).toContain('CoreLater1764000000009');
    expect(await migrationsOf(await open(options, [notes, later]))).toEqual([
      'CoreNotes1764000000001',
      'CoreLater1764000000009',
    ]);
  });

  test('of a module that was switched off are ignored', async () => {
    const options = await postgres([notes, migrating({ Demo1764000000002: 'SELECT 1' })]);
    expect(await migrationsOf(await open(options, [notes]))).toContain('Demo1764000000002');
  });

  test('may take longer than any other statement: on many rows they do', async () => {
    const { url } = await postgres();
    const slow = migrating({ Slow1764000000003: 'SELECT pg_sleep(1)' });
    const database = await open({ url: url!, dataDir: tmpdir(), answerTimeoutMs: 500 }, [notes, slow]);
    expect(await migrationsOf(database)).toContain('Slow1764000000003');
    // And only they.
    await expect(database.dataSource.query('SELECT pg_sleep(1)')).rejects.toThrow(/timeout/);
  });

  test('of something else altogether stop the start', async () => {
    const options = await postgres([migrating({ Foreign1600000000000: 'SELECT 1' })]);
    const refusal = await refusalOf(options, [notes]);
    expect(refusal).toMatchObject({ code: 'database-foreign' });
    expect(refusal.message).toContain('Foreign1600000000000');
  });

  test.each([
    ['the same timestamp', [notes, migrating({ Other1764000000001: 'SELECT 1' })], /CoreNotes\d+ and Other\d+/],
    ['the same name', [notes, migrating({ CoreNotes1764000000001: 'SELECT 1' })], /same name/],
    ['no timestamp', [migrating({ Someday: 'SELECT 1' })], /Someday.*13 digits/],
  ])('with %s stop the start before anything is opened', async (_, features, sentence) => {
    const refusal = await refusalOf({ url: 'never://tried', dataDir: '/' }, features);
    expect(refusal).toMatchObject({ code: 'migrations-clash' });
    expect(refusal.message).toMatch(sentence);
  });

  test('ask for the right to make the schema only where it is missing', async () => {
    const role = `limited_${randomUUID().replaceAll('-', '')}`;
    // After the database in which it has a schema.
    onTestFinished(() => query(inject('postgresUrl'), `DROP ROLE ${role}`));
    const { url } = await postgres();
    await query(url!, `CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    const limited = { url: changed(url!, { username: role, password: 'x' }), dataDir: tmpdir() };
    const refusal = await refusalOf(limited, [notes]);
    expect(refusal).toMatchObject({ code: 'access-refused' });
    expect(refusal.message).toMatch(/GRANT CREATE ON DATABASE/);
    await query(url!, `CREATE SCHEMA gatehouse AUTHORIZATION ${role}`);
    expect(await migrationsOf(await open(limited, [notes]))).toHaveLength(1);
  });
});
