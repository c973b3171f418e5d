export * from './check-header.js';
export * from './in-force.js';
export * from './token-error.js';
export * from './token-verifier.js';
