import { ModuleRef } from '@nestjs/core';
import { type Condition, type Principal, type Remaining } from '../policy/index.js';
/** Runs the checks that remain of a condition; check classes are injected. */
export declare class CheckRunner {
    private readonly moduleRef;
    private readonly instances;
    constructor(moduleRef: ModuleRef);
    /** Finds the instances of the check classes in a condition; answers the names of those that no module provides. */
    resolve(condition: Condition): string[];
    /**
     * Whether what remains holds. Parameters are parsed before the first check runs.
     *
     * @throws Refusal 400 that names the parameter, when one isn't what its parser expects
     */
    run(remaining: Remaining, user: Principal, request: {
        params?: unknown;
    }): Promise<boolean>;
}
