/** Decorates a method where there is no TypeScript to write the decorators above it. */
export function decorate(target, name, ...decorators) {
  Reflect.decorate(decorators, target.prototype, name, Object.getOwnPropertyDescriptor(target.prototype, name));
}
