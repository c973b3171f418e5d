export declare function withSetupLock<T>(work: () => Promise<T>): Promise<T>;
