import { createHash, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DigestAlgorithm } from './content-digest.ts';
import { tryFileLock } from './file-lock.ts';
import { listFiles, removeLeftovers } from './leftovers.ts';
import { RegistryFault } from './registry-fault.ts';
import type { RepositoryName } from './repository-name.ts';
import type { UploadFile } from './upload-file.ts';
import { createUploadFile, openUploadFile } from './upload-file.ts';

/** An upload in progress. It lives in its file, so any server over the same folder can go on with it, at any time. */
export interface UploadSession {
  /** 32 hex digits nobody can guess. */
  readonly id: string;
  readonly repository: RepositoryName;
  readonly file: UploadFile;
  /** Forgets the session and removes its file. */
  end(): Promise<void>;
  /** Runs a task while no other request works on this session, here or in another process; 409 where one does. */
  alone<Result>(task: () => Promise<Result>): Promise<Result>;
}

export interface UploadSessions {
  /** `algorithm` of the digest to come, where it was announced. */
  start(repository: RepositoryName, algorithm: DigestAlgorithm | undefined): Promise<UploadSession>;
  find(repository: RepositoryName, id: string): Promise<UploadSession | undefined>;
}

const hour = 60 * 60 * 1000;
/** A session without traffic ends after a day; where there are too many, after an hour. */
const ages = { usual: 24 * hour, crowded: hour } as const;
const sweepMilliseconds = 60_000;
const sessionLimit = 1000;

/** Uploads as files of `folder`. */
export function createUploadSessions(folder: string): UploadSessions {
  const sessions = new Map<string, UploadSession>();
  const sweep = createSweeper(folder, (names) => {
    for (const [name, session] of sessions) if (!names.has(fileName(session))) sessions.delete(name);
  });
  const open = (repository: RepositoryName, id: string, file: UploadFile): UploadSession => {
    const path = join(folder, fileName({ repository, id }));
    const session = createSession({ id, repository, file, path, onEnd: () => sessions.delete(id) });
    sessions.set(id, session);
    return session;
  };
  return {
    async start(repository, algorithm) {
      await sweep();
      const id = randomBytes(16).toString('hex');
      return open(repository, id, await createUploadFile(join(folder, fileName({ repository, id })), algorithm));
    },
    async find(repository, id) {
      const known = sessions.get(id);
      if (known !== undefined && known.repository !== repository) return undefined;
      const file = known?.file ?? openUploadFile(join(folder, fileName({ repository, id })));
      if ((await file.size()) === undefined) {
        sessions.delete(id);
        return undefined;
      }
      return sessions.get(id) ?? open(repository, id, file);
    },
  };
}

/** Tells the repository, too: a session of one is not found in another. */
function fileName({ repository, id }: { readonly repository: string; readonly id: string }): string {
  return `${id}.${createHash('sha256').update(repository).digest('hex').slice(0, 16)}`;
}

interface SessionParts {
  readonly id: string;
  readonly repository: RepositoryName;
  readonly file: UploadFile;
  readonly path: string;
  readonly onEnd: () => void;
}

function createSession({ id, repository, file, path, onEnd }: SessionParts): UploadSession {
  return {
    id,
    repository,
    file,
    async end() {
      onEnd();
      await file.remove();
    },
    async alone(task) {
      const lock = await tryFileLock(`${path}.lock`);
      if (lock === undefined) throw busy();
      try {
        return await task();
      } finally {
        await lock.release();
      }
    },
  };
}

/** Removes what was given up, now and then, and refuses more sessions than the folder should hold. */
function createSweeper(folder: string, onNames: (names: ReadonlySet<string>) => void): () => Promise<void> {
  let sweptAt = Number.NEGATIVE_INFINITY;
  let sweep = Promise.resolve();
  let count = 0;
  const removeOlderThan = async (olderThanMilliseconds: number): Promise<void> => {
    await removeLeftovers(folder, { isLeftover: () => true, olderThanMilliseconds });
    const names = new Set(await listFiles(folder));
    count = names.size;
    onNames(names);
  };
  const sweepNow = async (): Promise<void> => {
    sweptAt = performance.now();
    try {
      await mkdir(folder, { recursive: true });
      await removeOlderThan(ages.usual);
    } catch (error) {
      sweptAt = Number.NEGATIVE_INFINITY;
      throw error;
    }
  };
  return async () => {
    if (performance.now() - sweptAt > sweepMilliseconds) sweep = sweepNow();
    // All wait for the first: before it there may be no folder.
    await sweep;
    // Counts up only, so it is too high at worst; the folder tells what is true.
    if (count >= sessionLimit) await removeOlderThan(ages.crowded);
    if (count >= sessionLimit) throw tooMany();
    count += 1;
  };
}

function busy(): RegistryFault {
  return new RegistryFault({ status: 409, code: 'BLOB_UPLOAD_INVALID' }, 'Another request writes to this upload', {
    headers: { 'Retry-After': '1' },
  });
}

function tooMany(): RegistryFault {
  const headers = { 'Retry-After': '60' };
  return new RegistryFault({ status: 429, code: 'TOOMANYREQUESTS' }, 'Too many uploads are open', { headers });
}
