export * from './index.js';
export { AccessStartError, CurrentUser, Protected, Public, RouteInventory, TOKEN_VERIFIER } from '../access/index.js';
export { GATEHOUSE, GatehouseClientModule } from './gatehouse-client.module.js';
export type { GatehouseClientAsyncOptions, GatehouseClientExtras, GatehouseClientOptions, } from './gatehouse-client.options.js';
export { secureOpenApi, swaggerOptions, type GatehouseSwaggerOptions } from './secure-openapi.js';
