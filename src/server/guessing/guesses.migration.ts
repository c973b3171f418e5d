import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How often passwords were guessed: counted before a password is looked at, by two functions, each one round trip. What
 * they promise stands in docs/guessing.md, why it is so in docs/decisions/0021.
 */
export class CoreGuesses1763800000081 implements MigrationInterface {
  readonly name = 'CoreGuesses1763800000081';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gatehouse.guesses (
        -- At whom: 'name:' and the tag of what was typed, 'account:' and an id (or the tag, where there is none), '': anybody.
        subject text NOT NULL,
        -- From where; '': from all places that the account isn't known at.
        network text NOT NULL,
        -- How many failed, as of failed_at; from then on they fade.
        failures double precision NOT NULL,
        failed_at timestamptz NOT NULL,
        -- When each place was taken that hasn't been given back.
        under_way timestamptz[] NOT NULL DEFAULT '{}',
        -- When it was said that there are too many; null while there aren't.
        told_at timestamptz,
        -- When all of it means nothing any more; in whole hours, so that few updates touch the index.
        forgotten_at timestamptz NOT NULL,
        PRIMARY KEY (subject, network)
      ) WITH (fillfactor = 70);
      CREATE INDEX guesses_forgotten ON gatehouse.guesses (forgotten_at);

      -- Where somebody has logged in from.
      CREATE TABLE gatehouse.known_places (
        account_id uuid NOT NULL REFERENCES gatehouse.accounts ON DELETE CASCADE,
        network text NOT NULL,
        last_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (account_id, network)
      );
      CREATE INDEX known_places_last ON gatehouse.known_places (last_at);

      -- Who was told by mail that they are attacked, and when.
      CREATE TABLE gatehouse.told_of_attack (
        account_id uuid PRIMARY KEY REFERENCES gatehouse.accounts ON DELETE CASCADE,
        told_at timestamptz NOT NULL DEFAULT now()
      );

      -- Seconds to wait after the last failure: nothing below the free ones, then 1, 2, 4 … up to a quarter of an hour.
      CREATE FUNCTION gatehouse.guess_delay(failures double precision, free integer) RETURNS double precision
        LANGUAGE sql IMMUTABLE AS $$
        SELECT CASE WHEN ceil(failures) < free THEN 0 ELSE least(900, 2 ^ least(ceil(failures) - free, 10)) END
      $$;

      -- What is left of failures after some time: as many as are free are forgotten in a day.
      CREATE FUNCTION gatehouse.guesses_left(failures double precision, failed_at timestamptz, free integer, at timestamptz)
        RETURNS double precision LANGUAGE sql IMMUTABLE AS $$
        SELECT greatest(0, failures - greatest(0, extract(epoch FROM at - failed_at)) * free / 86400)
      $$;

      -- What an attempt counts under: name and network together; and, from a place that isn't known, the name from all such
      -- places, and the network whatever the name.
      CREATE FUNCTION gatehouse.guess_keys(tag text, origin text, is_known boolean, allowed integer)
        RETURNS TABLE (subject text, network text, scope text, free integer) LANGUAGE sql IMMUTABLE AS $$
        SELECT 'name:' || tag, origin, 'place', allowed
         UNION ALL SELECT 'name:' || tag, '', 'name', allowed * 20 WHERE NOT is_known
         UNION ALL SELECT '', origin, 'network', allowed * 100 WHERE NOT is_known
      $$;

      -- And what its outcome counts under besides, so that all names of an account share one count.
      CREATE FUNCTION gatehouse.account_guess_keys(account text, origin text, is_known boolean, allowed integer)
        RETURNS TABLE (subject text, network text, scope text, free integer) LANGUAGE sql IMMUTABLE AS $$
        SELECT 'account:' || account, origin, 'place', allowed
         UNION ALL SELECT 'account:' || account, '', 'name', allowed * 20 WHERE NOT is_known
      $$;

      -- One after the other, in one order everywhere, whether there are rows yet or not.
      CREATE FUNCTION gatehouse.lock_guesses(keys text[]) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock(number)
           FROM (SELECT DISTINCT hashtextextended(key, 81) AS number FROM unnest(keys) AS key ORDER BY number) AS sorted;
        -- What is lost when the database's server crashes is less than a second of counting.
        PERFORM set_config('synchronous_commit', 'off', true);
      END $$;

      -- Takes a place for one look at a password. Answers 'taken'; 'wait', where all places are taken by others whose
      -- passwords may be right; or 'refused', and for how many seconds.
      CREATE FUNCTION gatehouse.take_guess(typed text, tag text, origin text, allowed integer,
          OUT outcome text, OUT seconds double precision, OUT account text, OUT is_known boolean, OUT place timestamptz)
        LANGUAGE plpgsql AS $$
      DECLARE
        whose uuid;
        waits boolean;
      BEGIN
        SELECT id INTO whose FROM gatehouse.accounts
         WHERE (username_key = typed OR email_key = typed) AND kind = 'user' LIMIT 1;
        account := coalesce(whose::text, tag);
        is_known := EXISTS (SELECT FROM gatehouse.known_places
          WHERE account_id = whose AND network = origin AND last_at > now() - interval '90 days');
        PERFORM gatehouse.lock_guesses(array_agg(subject || ' ' || network))
           FROM gatehouse.guess_keys(tag, origin, is_known, allowed);
        -- By the database's clock, and after the locks: now() is from before.
        place := clock_timestamp();

        -- A clock that was put back makes nobody wait for longer than the longest delay.
        SELECT max(least(900, remaining)) FILTER (WHERE failed >= free), bool_or(alive > 0 AND failed + alive >= free)
          INTO seconds, waits
          FROM gatehouse.guess_keys(tag, origin, is_known, allowed)
          JOIN gatehouse.guesses USING (subject, network)
          -- A place that nobody has given back for so long is that of a process that died, and counts as failed.
          CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE taken <= place - interval '30 seconds') AS dead,
                   count(*) FILTER (WHERE taken > place - interval '30 seconds') AS alive,
                   max(taken) FILTER (WHERE taken <= place - interval '30 seconds') + interval '30 seconds' AS died_at
              FROM unnest(under_way) AS taken) AS places
          CROSS JOIN LATERAL (
            SELECT ceil(gatehouse.guesses_left(failures, failed_at, free, place)) + dead AS failed) AS counted
          CROSS JOIN LATERAL (
            SELECT gatehouse.guess_delay(failed, free) - extract(epoch FROM place - greatest(failed_at, died_at)) AS remaining
          ) AS delayed;

        outcome := CASE WHEN seconds > 0 THEN 'refused' WHEN waits THEN 'wait' ELSE 'taken' END;
        IF outcome <> 'taken' THEN RETURN; END IF;
        INSERT INTO gatehouse.guesses AS held (subject, network, failures, failed_at, under_way, forgotten_at)
          SELECT subject, network, 0, place, ARRAY[place], date_trunc('hour', place) + interval '2 hours'
            FROM gatehouse.guess_keys(tag, origin, is_known, allowed) ORDER BY subject, network
          ON CONFLICT (subject, network) DO UPDATE
            SET under_way = held.under_way || EXCLUDED.under_way,
                forgotten_at = greatest(held.forgotten_at, EXCLUDED.forgotten_at);
      END $$;

      -- Gives a place back, and counts the outcome: 'right', 'wrong', or 'void' where nothing was found out. Answers whether
      -- it is withheld, since too much was guessed at the account under its other name: then the caller is told that the
      -- password is wrong, whatever it is. And which counts have become too many by this.
      CREATE FUNCTION gatehouse.settle_guess(tag text, origin text, allowed integer, account text, is_known boolean,
          place timestamptz, outcome text, owner uuid, OUT withheld boolean, OUT crossed text[])
        LANGUAGE plpgsql AS $$
      DECLARE
        one record;
        held gatehouse.guesses;
        has_row boolean;
        is_account boolean;
        counts boolean;
        spot integer;
        dead timestamptz[];
        moment timestamptz;
        died_at timestamptz;
      BEGIN
        crossed := '{}';
        PERFORM gatehouse.lock_guesses(array_agg(subject || ' ' || network)) FROM (
          SELECT * FROM gatehouse.guess_keys(tag, origin, is_known, allowed)
           UNION ALL SELECT * FROM gatehouse.account_guess_keys(account, origin, is_known, allowed)) AS keys;
        moment := clock_timestamp();
        withheld := outcome <> 'void' AND EXISTS (
          SELECT FROM gatehouse.account_guess_keys(account, origin, is_known, allowed)
            JOIN gatehouse.guesses USING (subject, network)
           CROSS JOIN LATERAL (
             SELECT gatehouse.guess_delay(gatehouse.guesses_left(failures, failed_at, free, moment), free) AS delay) AS delayed
           WHERE delay > 0 AND failed_at + make_interval(secs => delay) > moment);

        -- A place that was given up for dead is counted already, and one that a right password has set free needn't be.
        counts := EXISTS (SELECT FROM gatehouse.guesses
          WHERE subject = 'name:' || tag AND network = origin AND place = ANY (under_way));

        FOR one IN
          SELECT * FROM gatehouse.guess_keys(tag, origin, is_known, allowed)
           UNION ALL SELECT * FROM gatehouse.account_guess_keys(account, origin, is_known, allowed)
           ORDER BY subject, network
        LOOP
          is_account := one.subject LIKE 'account:%';
          CONTINUE WHEN is_account AND (outcome = 'void' OR withheld);
          SELECT * INTO held FROM gatehouse.guesses WHERE subject = one.subject AND network = one.network FOR UPDATE;
          has_row := FOUND;
          IF NOT has_row THEN
            -- It was reset meanwhile, or there is nothing to reset.
            CONTINUE WHEN NOT is_account OR outcome = 'right';
            held.failures := 0;
            held.failed_at := moment;
            held.under_way := '{}';
          END IF;

          spot := array_position(held.under_way, place);
          IF spot IS NOT NULL THEN
            held.under_way := held.under_way[:spot - 1] || held.under_way[spot + 1:];
          END IF;
          dead := ARRAY(SELECT taken FROM unnest(held.under_way) AS taken WHERE taken <= moment - interval '30 seconds');
          IF cardinality(dead) > 0 THEN
            died_at := greatest(held.failed_at, (SELECT max(taken) + interval '30 seconds' FROM unnest(dead) AS taken));
            held.failures := gatehouse.guesses_left(held.failures, held.failed_at, one.free, died_at) + cardinality(dead);
            held.failed_at := died_at;
            held.under_way := ARRAY(SELECT taken FROM unnest(held.under_way) AS taken WHERE taken <> ALL (dead));
          END IF;

          IF outcome = 'right' AND NOT withheld THEN
            -- The network keeps its count: else somebody with an account of their own could reset it.
            IF one.scope <> 'network' THEN
              held.failures := 0;
            END IF;
            -- Whoever knows the password needn't guess: so those under way are no reason to let others wait, who may know it
            -- too, nor are those of a process that died.
            IF one.scope = 'place' THEN
              held.under_way := '{}';
            END IF;
          ELSIF outcome <> 'void' AND counts THEN
            held.failures := gatehouse.guesses_left(held.failures, held.failed_at, one.free, moment) + 1;
            held.failed_at := moment;
          END IF;
          -- More would delay no longer, only for more days.
          held.failures := least(held.failures, one.free + 10);

          IF ceil(gatehouse.guesses_left(held.failures, held.failed_at, one.free, moment)) < one.free THEN
            held.told_at := NULL;
          ELSIF held.told_at IS NULL AND (is_account OR one.scope = 'network') THEN
            held.told_at := moment;
            crossed := crossed || one.scope;
          END IF;
          INSERT INTO gatehouse.guesses (subject, network, failures, failed_at, under_way, told_at, forgotten_at)
            VALUES (one.subject, one.network, held.failures, held.failed_at, held.under_way, held.told_at,
              date_trunc('hour', moment + greatest(held.failures / one.free * interval '1 day', interval '1 hour'))
                + interval '1 hour')
            ON CONFLICT (subject, network) DO UPDATE
              SET failures = EXCLUDED.failures, failed_at = EXCLUDED.failed_at, under_way = EXCLUDED.under_way,
                  told_at = EXCLUDED.told_at, forgotten_at = EXCLUDED.forgotten_at;
        END LOOP;

        IF outcome = 'right' AND NOT withheld THEN
          PERFORM gatehouse.know_place(owner, origin);
        END IF;
      END $$;

      -- Once a day is often enough to know that it is still one; an account that was deleted meanwhile has none.
      CREATE FUNCTION gatehouse.know_place(owner uuid, origin text) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        IF EXISTS (SELECT FROM gatehouse.known_places
                    WHERE account_id = owner AND network = origin AND last_at > now() - interval '1 day') THEN
          RETURN;
        END IF;
        INSERT INTO gatehouse.known_places (account_id, network)
          SELECT id, origin FROM gatehouse.accounts WHERE id = owner FOR KEY SHARE
          ON CONFLICT (account_id, network) DO UPDATE SET last_at = now();
      END $$;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP FUNCTION gatehouse.know_place, gatehouse.settle_guess, gatehouse.take_guess, gatehouse.lock_guesses,
        gatehouse.account_guess_keys, gatehouse.guess_keys, gatehouse.guesses_left, gatehouse.guess_delay;
      DROP TABLE gatehouse.told_of_attack, gatehouse.known_places, gatehouse.guesses;
    `);
  }
}
