// Nothing but bcrypt: compares a password with its hash, so many at once, for so many seconds.
import bcrypt from 'bcrypt';

const { cost, password } = JSON.parse(process.argv[2]);
const hash = await bcrypt.hash(password, cost);

async function compareFor({ seconds, connections }) {
  const start = performance.now();
  const end = start + seconds * 1_000;
  let requests = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) {
        if (await bcrypt.compare(password, hash)) requests++;
      }
    }),
  );
  return { requests, perSecond: (requests * 1_000) / (performance.now() - start) };
}

process.on('message', (message) => void compareFor(message).then((result) => process.send(result)));
process.once('disconnect', () => process.exit());
process.send({ ready: true });
