import { setImmediate as nextTurn } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DomainEvent, Happening } from './domain-event.js';
import { DomainEvents, MOST_AT_ONCE } from './domain-events.js';

const ann = { id: '1', username: 'ann', email: 'ann@example.org' };
const created: Happening = { type: 'UserCreated', account: ann };
const deleted: Happening = { type: 'UserDeleted', account: ann };
const forever = new Promise<never>(() => {});

/** Events with a listener that keeps what it is told. */
function heard(): { events: DomainEvents; told: DomainEvent[]; stop: () => void } {
  const events = new DomainEvents();
  const told: DomainEvent[] = [];
  const stop = events.listen({ handle: (event) => void told.push(event) });
  return { events, told, stop };
}

/** What is logged from now on. */
function logged(level: 'error' | 'warn'): string[] {
  const lines: string[] = [];
  vi.spyOn(Logger.prototype, level).mockImplementation((line: unknown) => void lines.push(String(line)));
  return lines;
}

afterEach(() => vi.restoreAllMocks());

describe('domain events', () => {
  it('are told once, when whoever published them has gone on, in their order and with their time', async () => {
    const { events, told } = heard();
    const before = Date.now();
    events.publish(created);
    events.publish(deleted);
    expect(told).toEqual([]);
    await nextTurn();
    expect(told.map(({ type }) => type)).toEqual(['UserCreated', 'UserDeleted']);
    for (const { at } of told) expect(at >= before && at <= Date.now()).toBe(true);
    await nextTurn();
    expect(told).toHaveLength(2);
  });

  it('keep their time when one DomainEvents hands them on to another', async () => {
    const { events, told } = heard();
    events.publish({ ...created, at: 7 } as Happening);
    await nextTurn();
    expect(told[0]!.at).toBe(7);
  });

  it('are told by name to those who want that one', async () => {
    const events = new DomainEvents();
    const told: string[] = [];
    events.on('UserDeleted', ({ type, account }) => void told.push(`${type} ${account.username}`));
    events.publish(created);
    events.publish(deleted);
    await nextTurn();
    expect(told).toEqual(['UserDeleted ann']);
  });

  it('have nothing of an account but what is promised, and nobody can change them for the next', async () => {
    const events = new DomainEvents();
    const told: unknown[] = [];
    events.listen({
      handle: (event: any) => {
        event.account.username = 'eve';
      },
    });
    events.listen({ handle: (event) => void told.push(event) });
    const errors = logged('error');
    events.publish({ type: 'UserCreated', account: { ...ann, passwordHash: '$2b$…' } as typeof ann });
    await nextTurn();
    expect(told).toEqual([{ type: 'UserCreated', at: expect.any(Number), account: ann }]);
    expect(errors).toEqual([expect.stringContaining('A listener failed at UserCreated: TypeError')]);
  });

  it('are not told to a listener that was taken away, not even those under way', async () => {
    const { events, told, stop } = heard();
    events.publish(created);
    stop();
    events.publish(deleted);
    await nextTurn();
    expect(told).toEqual([]);
  });

  it('reach the other listeners when one throws, rejects, hangs, or throws what can’t be shown', async () => {
    const events = new DomainEvents();
    const errors = logged('error');
    const told: string[] = [];
    events.listen({
      handle: () => {
        throw new Error('at once');
      },
    });
    events.listen({ handle: () => Promise.reject(new Error('later')) });
    events.listen({ handle: () => forever });
    events.listen({
      handle: () => {
        throw Object.create(null);
      },
    });
    events.listen({ handle: ({ type }) => void told.push(type) });
    events.publish(created);
    events.publish(deleted);
    await nextTurn();
    await nextTurn();
    expect(told).toEqual(['UserCreated', 'UserDeleted']);
    expect(errors.filter((line) => line.includes('UserCreated'))).toHaveLength(3);
    expect(errors.join('\n')).toMatch(/at once[^]*later/);
  });

  it('do not pile up behind a listener that hangs; it is told again when it is done', async () => {
    const events = new DomainEvents();
    const warnings = logged('warn');
    const free: (() => void)[] = [];
    let told = 0;
    events.listen({
      handle: () => {
        told++;
        return new Promise<void>((resolve) => free.push(resolve));
      },
    });
    for (let count = 0; count < MOST_AT_ONCE + 5; count++) events.publish(created);
    await nextTurn();
    expect(told).toBe(MOST_AT_ONCE);
    expect(warnings).toEqual([expect.stringContaining(`isn't done with ${MOST_AT_ONCE} events`)]);
    free.pop()!();
    await nextTurn();
    expect(warnings[1]).toContain('missed 5 events');
    events.publish(deleted);
    await nextTurn();
    expect(told).toBe(MOST_AT_ONCE + 1);
  });
});
