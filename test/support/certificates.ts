import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** An authority that nobody knows who isn't told, and the certificate that it signed for a server. Files in PEM. */
export interface Certificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Makes them in a folder. @param name for whom, as in a subjectAltName: `DNS:localhost` */
export async function makeCertificates(folder: string, name: string): Promise<Certificates> {
  const file = (base: string): string => join(folder, base);
  const [authority, authorityKey] = [file('authority.pem'), file('authority.key')];
  const [certificate, key, request] = [file('server.pem'), file('server.key'), file('server.csr')];
  const asAuthority = ['-days', '2', '-subj', '/CN=Test authority', '-addext', 'basicConstraints=critical,CA:TRUE'];
  await run('openssl', ['req', '-x509', ...EC, '-keyout', authorityKey, '-out', authority, ...asAuthority]);
  await run('openssl', ['req', '-new', ...EC, '-keyout', key, '-out', request, '-subj', '/CN=Test server']);
  await writeFile(file('names'), `subjectAltName=${name}\n`);
  const signing = [
    '-CA',
    authority,
    '-CAkey',
    authorityKey,
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    file('names'),
  ];
  await run('openssl', ['x509', '-req', '-in', request, '-out', certificate, ...signing]);
  return { authority: await readFile(authority, 'utf8'), certificate, key };
}
