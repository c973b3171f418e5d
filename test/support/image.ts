import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { contextOf, readDockerfile, type Instruction, type Stage } from './dockerfile.js';

const run = promisify(execFile);

/** What an image says about the process that is started from it. */
interface ImageConfig {
  workdir: string;
  user: string;
  env: Record<string, string>;
  volumes: string[];
  command: string[];
  healthcheck: string[];
}

/** A process from the image, as a container has it: process 1, on a root that it can't write, but for the volumes. */
export interface Container {
  /** Ends when it does, with its exit code; null after a signal. */
  readonly exit: Promise<number | null>;
  output(): string;
  /** Rejects if it ends before it has printed this. */
  printed(text: string): Promise<void>;
  signal(name: NodeJS.Signals): Promise<void>;
}

/** Whether images can be made here: by root, with debootstrap. Says why not. */
export function whyNoImage(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root can, on Linux';
  const found = ['/usr/sbin', '/sbin', '/usr/bin'].some((folder) => existsSync(join(folder, 'debootstrap')));
  return found ? undefined : 'debootstrap isn’t installed';
}

/**
 * The image that a Dockerfile makes, made without Docker: each instruction is carried out by hand in a folder that
 * debootstrap filled. The base images come with Node, npm and the user `node`; here Node and npm are this machine's.
 */
export class Image {
  readonly config: ImageConfig = { workdir: '/', user: 'root', env: {}, volumes: [], command: [], healthcheck: [] };

  private constructor(
    private readonly folder: string,
    readonly root: string,
    private readonly stages: ReadonlyMap<string, Promise<Image>>,
  ) {}

  static async build(context: string): Promise<Image> {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-image-'));
    try {
      const base = join(folder, 'base');
      await makeBase(base);
      const files = await contextOf(context);
      const stages = readDockerfile(await readFile(join(context, 'Dockerfile'), 'utf8'));
      const built = new Map<string, Promise<Image>>();
      // All at once, as docker does it; a stage that copies from another waits for that.
      for (const [index, stage] of stages.entries()) {
        const image = new Image(folder, join(folder, `stage-${stage.name ?? index}`), built);
        built.set(stage.name ?? String(index), image.buildStage(base, stage, context, files));
      }
      return (await Promise.all(built.values())).at(-1)!;
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Runs a program in the image as its user, to its end. Rejects where that fails. */
  async execute(command: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const { stdout } = await run('chroot', this.chroot(this.root, command), { env: this.environment(env) });
    return stdout;
  }

  /** Starts what CMD says. `volume` is a folder of this machine for the first volume of the image. */
  start(env: Readonly<Record<string, string>>, volume: string): Container {
    const { root, config } = this;
    // Mounts of its own, which are gone with it. The root is mounted on itself, to be made read-only.
    const script = [
      `mount --bind '${root}' '${root}'`,
      `mount --bind '${volume}' '${root}${config.volumes[0]}'`,
      `mount -o remount,ro,bind '${root}'`,
      `mount -t proc proc '${root}/proc'`,
      'exec chroot "$@"',
    ].join(' && ');
    const args = ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-ec', script, 'sh'];
    const child = spawn('unshare', [...args, ...this.chroot(root, config.command)], {
      env: this.environment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return container(child);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  private async buildStage(base: string, stage: Stage, context: string, files: readonly string[]): Promise<Image> {
    await run('cp', ['-a', '--reflink=auto', base, this.root]);
    for (const instruction of stage.instructions) await this.carryOut(instruction, context, files);
    return this;
  }

  private async carryOut({ name, text }: Instruction, context: string, files: readonly string[]): Promise<void> {
    const { root, config } = this;
    switch (name) {
      case 'WORKDIR':
        config.workdir = text;
        await mkdir(join(root, text), { recursive: true });
        return;
      case 'ENV':
        for (const [, key, value] of text.matchAll(/(\w+)=(\S+)/g)) config.env[key!] = value!;
        return;
      case 'USER':
        config.user = text;
        return;
      case 'COPY':
        return this.copy(text.split(/\s+/), context, files);
      case 'RUN':
        await run('chroot', this.chroot(root, ['/bin/sh', '-c', text]), {
          env: { ...this.environment(networkOfThisMachine()), HOME: '/root' },
          maxBuffer: 64 * 1024 * 1024,
        });
        return;
      case 'VOLUME':
        config.volumes.push(text);
        return;
      case 'EXPOSE':
        return;
      case 'HEALTHCHECK':
        config.healthcheck = JSON.parse(text.slice(text.indexOf('['))) as string[];
        return;
      case 'CMD':
        config.command = JSON.parse(text) as string[];
        return;
      default:
        throw new Error(`How ${name} is carried out isn’t known here.`);
    }
  }

  private async copy(words: readonly string[], context: string, files: readonly string[]): Promise<void> {
    const stage = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
    const paths = words.filter((word) => !word.startsWith('--'));
    const target = join(this.root, this.config.workdir, paths.at(-1)!);
    for (const source of paths.slice(0, -1)) {
      if (stage !== undefined) {
        const { root } = await this.stages.get(stage)!;
        await run('cp', ['-a', join(root, source), target]);
        continue;
      }
      const taken = files.filter((file) => file === source || file.startsWith(`${source}/`));
      if (taken.length === 0) throw new Error(`COPY ${source}: .dockerignore leaves nothing of it.`);
      for (const file of taken) {
        // A folder's content goes into the target, a file goes under its name.
        const to = file === source ? join(target, basename(source)) : join(target, file.slice(source.length + 1));
        await mkdir(dirname(to), { recursive: true });
        await cp(join(context, file), to);
      }
    }
  }

  private chroot(root: string, command: readonly string[]): string[] {
    const { user, workdir } = this.config;
    // chroot has no option for the folder without --skip-chdir, and a shell in between would not be the process itself.
    return [`--userspec=${user}`, root, '/usr/bin/env', '-C', workdir, ...command];
  }

  private environment(more: Readonly<Record<string, string>>): Record<string, string> {
    return { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...this.config.env, ...more };
  }
}

/** Debian as the base images have it, from where this machine gets its own, with Node, npm and the user `node`. */
async function makeBase(root: string): Promise<void> {
  const release = 'bookworm';
  const format = ['indextargets', '--format', '$(SITE) $(RELEASE)', 'Created-By: Packages'];
  const sources = (await run('apt-get', format)).stdout.split('\n').map((line) => line.split(' '));
  const site = sources.find(([, suite]) => suite === release)?.[0];
  if (site === undefined) throw new Error(`This machine’s apt has no source of Debian ${release}.`);
  await run('debootstrap', ['--variant=minbase', release, root, site], { maxBuffer: 64 * 1024 * 1024 });
  const npm = resolve((await run('npm', ['root', '--global'])).stdout.trim(), 'npm');
  await cp(process.execPath, join(root, 'usr/local/bin/node'));
  await run('cp', ['-a', npm, join(root, 'usr/local/lib/npm')]);
  await writeFile(join(root, 'usr/local/bin/npm'), '#!/bin/sh\nexec node /usr/local/lib/npm/bin/npm-cli.js "$@"\n', {
    mode: 0o755,
  });
  await run('chroot', [root, '/usr/sbin/useradd', '--uid', '1000', '--create-home', 'node']);
  // As docker does, so that names are known in there; and whom this machine trusts is trusted.
  for (const file of ['/etc/resolv.conf', '/etc/hosts', process.env['NODE_EXTRA_CA_CERTS'] ?? ''].filter(existsSync)) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await cp(file, join(root, file), { dereference: true });
  }
}

/** What npm needs on this machine to get to its registry. */
function networkOfThisMachine(): Record<string, string> {
  const wanted = /^(npm_config_registry|npm_config_cafile|https?_proxy|no_proxy|node_extra_ca_certs)$/i;
  const found = Object.entries(process.env).filter(([name, value]) => wanted.test(name) && value !== undefined);
  return Object.fromEntries(found) as Record<string, string>;
}

function container(child: ChildProcess): Container {
  let output = '';
  const ends = [child.stdout!, child.stderr!].map((stream) => {
    const lines = createInterface({ input: stream }).on('line', (line) => (output += `${line}\n`));
    return once(lines, 'close');
  });
  const exit = Promise.all([once(child, 'exit'), ...ends]).then(([[code]]) => code as number | null);
  return {
    exit,
    output: () => output,
    printed: (text) =>
      new Promise((heard, reject) => {
        const look = () => output.includes(text) && heard();
        child.stdout!.on('data', () => setImmediate(look));
        look();
        void exit.then((code) => reject(new Error(`It ended with ${code}: ${output}`)));
      }),
    // To process 1 in there, and not to `unshare`, which would end it by force.
    async signal(name) {
      const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
      process.kill(Number(children.trim()), name);
    },
  };
}
