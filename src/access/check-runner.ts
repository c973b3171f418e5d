import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import {
  checksOf,
  isCheckClass,
  runChecks,
  type AccessCheck,
  type CheckClass,
  type Condition,
  type Principal,
  type Remaining,
} from '../policy/index.js';

/** Runs the checks that remain of a condition; check classes are injected. */
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
   * @throws Refusal 400 that names the parameter, when one isn't what its parser expects
   */
  run(remaining: Remaining, user: Principal, request: { params?: unknown }): Promise<boolean> {
    return runChecks(remaining, user, request, (check) => this.instances.get(check));
  }
}
