import { syncBuiltinESMExports } from 'node:module';
import { type Mock, onTestFinished, vi } from 'vitest';

type FunctionsOf<T> = { [name in keyof T]: T[name] extends (...args: never[]) => unknown ? name : never }[keyof T];

/**
 * Spies on a function of one of Node’s own modules, until the test is over, also for those who imported it by its name.
 * Unlike a mock of the module it does so whoever has loaded them before.
 *
 * @param module its default export
 */
export function spyOnBuiltin<T extends object>(module: T, name: FunctionsOf<T>): Mock {
  const spy = vi.spyOn(module as never, name as never) as unknown as Mock;
  syncBuiltinESMExports();
  onTestFinished(() => {
    spy.mockRestore();
    syncBuiltinESMExports();
  });
  return spy;
}
