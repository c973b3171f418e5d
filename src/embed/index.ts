export type { Declared } from './declared.js';
export { GatehouseModule } from './gatehouse.module.js';
export type { GatehouseAsyncOptions, GatehouseOptions, GuardOptions, ServiceOptions } from './gatehouse.options.js';
export { secureOpenApi } from './secure-open-api.js';
