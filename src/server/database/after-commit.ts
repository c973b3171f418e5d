import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

/** What is to be done when the transaction of a connection has committed. */
const waiting = new WeakMap<QueryRunner, Set<() => void>>();

/** The data sources whose transactions are heard of. */
const heard = new WeakSet<DataSource>();

/**
 * Does something once the transaction of a manager has committed, and not at all if it hasn't; at once where there is no
 * transaction. The same function is called once, however often it was handed over. It must not throw.
 */
export function afterCommit(manager: Pick<EntityManager, 'query'>, act: () => void): void {
  const { queryRunner } = manager as Partial<Pick<EntityManager, 'queryRunner'>>;
  if (!queryRunner?.isTransactionActive) {
    act();
    return;
  }
  hear(queryRunner.dataSource);
  const acts = waiting.get(queryRunner) ?? new Set();
  waiting.set(queryRunner, acts.add(act));
}

function hear(dataSource: DataSource): void {
  if (heard.has(dataSource)) return;
  heard.add(dataSource);
  dataSource.subscribers.push({
    afterTransactionCommit: ({ queryRunner }) => end(queryRunner, (act) => act()),
    afterTransactionRollback: ({ queryRunner }) => end(queryRunner, () => undefined),
  });
}

/** Also told of savepoints, which end nothing. */
function end(queryRunner: QueryRunner, what: (act: () => void) => void): void {
  if (queryRunner.isTransactionActive) return;
  const acts = waiting.get(queryRunner);
  waiting.delete(queryRunner);
  acts?.forEach(what);
}
