import { DiscoveryService } from '@nestjs/core';
import type { Permission, Role } from '../policy/index.js';
/** All permissions and roles that the application's modules declare, by name. */
export declare class DeclaredAccess {
    private readonly discovery;
    private permissionsByName?;
    private rolesByName?;
    constructor(discovery: DiscoveryService);
    /** @throws AccessStartError when two modules declare one name differently */
    get permissions(): ReadonlyMap<string, Permission>;
    /** @throws AccessStartError when two modules declare one name differently */
    get roles(): ReadonlyMap<string, Role>;
    private declared;
}
