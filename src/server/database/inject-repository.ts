import { Inject } from '@nestjs/common';
import { type EntityClass } from './feature.js';

// Remembers the token of a class, nothing else: a name as token would confuse two entities of the same name.
const tokens = new WeakMap<EntityClass, symbol>();

/** The injection token of an entity's repository; needed only where `@InjectRepository` can't stand, as in a factory. */
export function repositoryToken(entity: EntityClass): symbol {
  let token = tokens.get(entity);
  if (!token) {
    token = Symbol(`Repository<${entity.name}>`);
    tokens.set(entity, token);
  }
  return token;
}

/** Injects the `Repository` of an entity that the module has named in `DatabaseModule.forFeature()`. */
export function InjectRepository(entity: EntityClass): PropertyDecorator & ParameterDecorator {
  return Inject(repositoryToken(entity));
}
