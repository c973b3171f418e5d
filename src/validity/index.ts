export * from './caching-verifier.js';
export * from './change.js';
export * from './check-header.js';
export * from './in-force.js';
export * from './lease.js';
export * from './token-error.js';
export * from './token-source.js';
export * from './token-verifier.js';
