import type { Principal } from '../../policy/index.js';

/** Where a request came from. */
export interface Origin {
  /** Null at the console. */
  readonly address: string | null;
  /** The `User-Agent`, or who sat at the console. */
  readonly agent: string;
  /** The request's id, as the log has it. */
  readonly requestId: string | null;
}

/** Who does something, and from where. */
export interface Actor extends Origin {
  /** Null for the operator at the console of the service, who owns its database, and whom no rule binds but those of sense. */
  readonly principal: Principal | null;
}
