import type { Actor } from '../audit/actor.js';

/** What a command is told: a JSON object, not yet checked. */
export type ConsoleArguments = Readonly<Record<string, unknown>>;

/** How far a command is that takes long. */
export interface Progress {
  /** What it is doing, in one word. */
  readonly step: string;
  readonly done: number;
  /** Left out while nobody knows. */
  readonly total?: number;
  /** What is counted, such as `accounts`. */
  readonly unit: string;
}

/** What goes to and fro while a command is done. */
export interface ConsoleStreams {
  /** A line for whoever waits, or how far it is. */
  readonly progress: (news: string | Progress) => void;
  /** What a command reads that reads more than arguments can hold. Left out: nothing. */
  readonly input?: AsyncIterable<Uint8Array> | undefined;
  /** Takes a piece of what is too much for an answer; fulfilled when there is room for the next. */
  readonly output?: ((piece: string) => Promise<void>) | undefined;
}

/** Who gives a command, and who hears how it goes. */
export interface ConsoleCall extends ConsoleStreams {
  readonly actor: Actor;
}

/** Does it; what it answers can be written as JSON. */
export type ConsoleHandler = (args: ConsoleArguments, call: ConsoleCall) => Promise<unknown>;

/** The commands of one subject, by their whole names, such as `users.list`. */
export type ConsoleHandlers = Readonly<Record<string, ConsoleHandler>>;

/** The operator, who owns the database anyway. @param login the operating system's name of who sits there */
export function operator(login: string): Actor {
  // It may come over the socket, so it is only said, and must not break a line of anything that shows it.
  const name = login.replaceAll(/[^\p{L}\p{N}._@\\-]/gu, '?').slice(0, 100);
  return { principal: null, address: null, agent: `gatehouse cli (user ${name})`, requestId: null };
}
