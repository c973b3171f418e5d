import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import {
  isCheckClass,
  type AccessCheck,
  type CheckClass,
  type CheckCondition,
  type Condition,
  type Principal,
  type Remaining,
} from '../policy/index.js';
import { ProblemException } from './problem.exception.js';

/** Runs the checks that remain of a condition. */
@Injectable()
export class CheckRunner {
  private readonly instances = new Map<CheckClass<never>, AccessCheck<never>>();

  constructor(private readonly moduleRef: ModuleRef) {}

  /** Finds the instances of the check classes in a condition; answers the names of those that no module provides. */
  resolve(condition: Condition): string[] {
    const missing: string[] = [];
    for (const { check } of checksOf(condition)) {
      if (!isCheckClass(check) || this.instances.has(check)) continue;
      try {
        this.instances.set(check, this.moduleRef.get(check as never, { strict: false }));
      } catch {
        missing.push(check.name);
      }
    }
    return missing;
  }

  /**
   * Whether what remains holds. Parameters are parsed before the first check runs.
   *
   * @throws ProblemException 400 that names the parameter, when one isn't what its parser expects
   */
  async run(remaining: Remaining, user: Principal, request: { params?: unknown }): Promise<boolean> {
    const params = new Map(checksOf(remaining).map((one) => [one, parseParams(one, request.params)]));
    const holds = async (part: Remaining): Promise<boolean> => {
      if (part.type === 'check') return this.ask(part, user, params.get(part) as never, request);
      for (const one of part.of) {
        const held = await holds(one);
        if (held !== (part.type === 'allOf')) return held;
      }
      return part.type === 'allOf';
    };
    return holds(remaining);
  }

  private async ask({ check }: CheckCondition, user: Principal, params: never, request: unknown): Promise<boolean> {
    const answer = isCheckClass(check)
      ? await this.instances.get(check)?.check(user, params, request)
      : await check(user, params, request);
    // Only true admits: a check that forgets to return, or returns a row, has not said yes.
    return answer === true;
  }
}

/** All checks in a condition. */
export function checksOf(condition: Condition): CheckCondition[] {
  return leavesOf(condition).filter((leaf) => leaf.type === 'check');
}

/** What a condition is made of, without what combines it. */
export function leavesOf(condition: Condition): Condition[] {
  return 'of' in condition ? condition.of.flatMap(leavesOf) : [condition];
}

function parseParams({ params }: CheckCondition, given: unknown): Record<string, unknown> {
  const texts = (given ?? {}) as Record<string, string>;
  const errors: { path: string; message: string }[] = [];
  const parsed: Record<string, unknown> = {};
  for (const [name, parser] of Object.entries(params)) {
    parsed[name] = parser.parse(texts[name] ?? '');
    if (parsed[name] === undefined) errors.push({ path: name, message: `must be ${parser.expects}` });
  }
  if (errors.length > 0) {
    const detail = errors.map(({ path, message }) => `The path parameter "${path}" ${message}.`).join(' ');
    throw new ProblemException({ title: 'Bad Request', status: 400, detail, errors });
  }
  return parsed;
}
