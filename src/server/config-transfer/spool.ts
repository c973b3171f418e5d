import { createHash } from 'node:crypto';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** Pieces that are read at once: small ones, since each is parsed in one go. Bytes. */
const PIECE = 16 * 1024;

/**
 * A document on its way, in a file without a name: so the sender may be slow, or go away, while no connection to the
 * database waits, and its size costs no memory. It can be read by this user alone, and is gone with the process.
 */
export class Spool {
  private readonly hash = createHash('sha256');
  private length = 0;

  private constructor(
    private readonly file: FileHandle,
    private readonly folder: string,
  ) {}

  static async create(): Promise<Spool> {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-transfer-'));
    const path = join(folder, 'document.json');
    try {
      const file = await open(path, 'wx+', 0o600);
      // Where an open file can't be removed, it is when it is closed.
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
      return new Spool(file, folder);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Bytes so far. */
  get size(): number {
    return this.length;
  }

  /** Of all that was written; to be called once. */
  sha256(): string {
    return this.hash.digest('hex');
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.hash.update(bytes);
    this.length += bytes.length;
    let written = 0;
    while (written < bytes.length) written += (await this.file.write(bytes, written)).bytesWritten;
  }

  /** What was written, from the beginning. */
  async *pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < this.length;) {
      const { bytesRead, buffer } = await this.file.read({ buffer: Buffer.alloc(PIECE), position: at });
      if (bytesRead === 0) throw new Error('The spooled document is shorter than it was.');
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  /** The same as a stream, which closes the spool when it ends, however it does. */
  stream(): Readable {
    const stream = this.file.createReadStream({ start: 0 });
    stream.once('close', () => void this.close());
    return stream;
  }

  async close(): Promise<void> {
    await this.file.close().catch(() => undefined);
    await rm(this.folder, { recursive: true, force: true }).catch(() => undefined);
  }
}
