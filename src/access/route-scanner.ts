import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import type { MetadataScanner } from '@nestjs/core';
import { allOf, type Condition } from '../policy/index.js';
import { isOpenBeforePasswordChange } from './before-password-change.decorator.js';
import { PROTECTED } from './protected.decorator.js';
import { PUBLIC } from './public.decorator.js';
import { joinPath } from './route.js';

/** A handler of a controller, with what its decorators say. */
export interface ScannedHandler {
  readonly name: string;
  readonly handler: Function;
  readonly method: string;
  readonly paths: readonly string[];
  /** Undefined when nothing is declared. */
  readonly access: Condition | 'public' | undefined;
  /** Whether it is open before a password is changed that somebody else has set. */
  readonly beforePasswordChange: boolean;
  /** What is wrong with the declaration, as a sentence. */
  readonly problem: string | undefined;
  /** Whether anything is said of it, right or wrong. */
  readonly isDeclared: boolean;
}

/** Whether class or method says anything of who may call the method. */
export function isDeclared(controller: Type, handler: Function): boolean {
  return [controller, handler].some((one) => Reflect.hasMetadata(PROTECTED, one) || Reflect.hasMetadata(PUBLIC, one));
}

/** Reads the routes of one controller class from its metadata. */
export function scanController(controller: Type, prefix: string, scanner: MetadataScanner): ScannedHandler[] {
  const prototype = controller.prototype as Record<string, Function>;
  const controllerPaths = asList(Reflect.getMetadata(PATH_METADATA, controller));
  return scanner
    .getAllMethodNames(prototype)
    .filter((name) => Reflect.hasMetadata(PATH_METADATA, prototype[name]!))
    .map((name) => {
      const handler = prototype[name]!;
      const label = `${controller.name}.${name}`;
      return {
        name: label,
        handler,
        method: RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as number]!,
        paths: controllerPaths.flatMap((outer) =>
          asList(Reflect.getMetadata(PATH_METADATA, handler)).map((inner) => joinPath(prefix, outer, inner)),
        ),
        ...declaredAccess(controller, handler, label),
        beforePasswordChange: isOpenBeforePasswordChange(controller, handler),
        isDeclared: isDeclared(controller, handler),
      };
    });
}

function declaredAccess(
  controller: Type,
  handler: Function,
  label: string,
): Pick<ScannedHandler, 'access' | 'problem'> {
  const onClass = Reflect.getMetadata(PROTECTED, controller) as Condition | undefined;
  const onMethod = Reflect.getMetadata(PROTECTED, handler) as Condition | undefined;
  const isPublicClass = Reflect.hasMetadata(PUBLIC, controller);
  const isPublicMethod = Reflect.hasMetadata(PUBLIC, handler);

  if ((isPublicMethod && (onMethod || onClass)) || (isPublicClass && onClass)) {
    const problem = `${label} is @Public and @Protected at once. Take one of them away, or move the method to a class of its own.`;
    return { access: undefined, problem };
  }
  const conditions = [onClass, onMethod].filter((one) => one !== undefined);
  const [first, second] = conditions;
  if (first) return { access: second ? allOf(first, second) : first, problem: undefined };
  if (isPublicClass || isPublicMethod) return { access: 'public', problem: undefined };
  return { access: undefined, problem: `${label} has neither @Protected nor @Public. Say who may call it.` };
}

function asList(path: unknown): string[] {
  return Array.isArray(path) ? (path as string[]) : [(path as string | undefined) ?? ''];
}
