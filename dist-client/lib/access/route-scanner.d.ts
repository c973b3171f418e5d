import { type Type } from '@nestjs/common';
import type { MetadataScanner } from '@nestjs/core';
import { type Condition } from '../policy/index.js';
/** A handler of a controller, with what its decorators say. */
export interface ScannedHandler {
    readonly name: string;
    readonly handler: Function;
    readonly method: string;
    readonly paths: readonly string[];
    /** Undefined when nothing is declared. */
    readonly access: Condition | 'public' | undefined;
    /** What is wrong with the declaration, as a sentence. */
    readonly problem: string | undefined;
    /** Whether anything is said of it, right or wrong. */
    readonly isDeclared: boolean;
}
/** Whether class or method says anything of who may call the method. */
export declare function isDeclared(controller: Type, handler: Function): boolean;
/** Reads the routes of one controller class from its metadata. */
export declare function scanController(controller: Type, prefix: string, scanner: MetadataScanner): ScannedHandler[];
