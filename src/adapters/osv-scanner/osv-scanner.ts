import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ScanDatabase, ScanReport } from '../../domain/scan-report.ts';
import type { Scanner } from '../../ports/scanner.ts';
import type { ImageContent } from '../oci-layout/write-layout.ts';
import { passedEnvironment } from '../process/passed-environment.ts';
import { requireProgram } from '../process/pinned-program.ts';
import { runTool } from '../process/run-tool.ts';
import { scanBroken } from '../process/scan-broken.ts';
import type { ScannerOptions } from '../process/scanner-place.ts';
import { networkVariables } from '../process/scanner-place.ts';
import { writeDockerArchive } from './docker-archive.ts';
import type { OsvFacts } from './osv-report.ts';
import { readOsvReport } from './osv-report.ts';

/**
 * OSV-Scanner 2 (written after the sources of 2.6). It gets the image as files, a home and a configuration of its own and no
 * secret of any kind. It asks osv.dev, which learns the packages of the image; where OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY names
 * a folder of databases it asks nobody, and the oldest of them says how much is known.
 */
export function osvScanner(options: ScannerOptions): Scanner {
  return {
    name: 'osv-scanner',
    async scan({ repository, manifest }) {
      const program = await requireProgram('osv-scanner', options);
      const home = await options.newFolder('osv-home');
      const { file, content } = await writeDockerArchive(repository, manifest, await options.newFolder('scan'));
      const env = { ...passedEnvironment(options.environment, passedVariables), HOME: home, TMPDIR: home };
      const { signal, timeoutSeconds = 1800 } = options;
      const run = (args: readonly string[]) =>
        runTool({ command: program, args, env, signal, timeoutSeconds, ownGroup: true, cwd: home });
      const config = join(home, 'osv-scanner.toml');
      await writeFile(config, '');
      const output = join(home, 'report.json');
      const local = options.environment[localDatabases] ?? '';
      const database = await databaseIn(local);
      const version = /\b(\d+\.\d+\.\d+\S*)/.exec(new TextDecoder().decode((await run(['--version'])).stdout))?.[1];
      const startedAt = seconds();
      const result = await run(['scan', 'image', ...osvArguments({ file, output, config, offline: local !== '' })]);
      const facts: OsvFacts = { version, database, startedAt, finishedAt: seconds() };
      if (result.exitCode === nothingRecognised) return emptyReport(facts, content);
      if (result.exitCode !== 0 && result.exitCode !== somethingFound) throw scanBroken('osv-scanner', result);
      const report = readOsvReport(await readFile(output).catch(() => new Uint8Array()), facts);
      if (report.is === 'ok') return report.value;
      throw new CutwaterError('SCAN_BROKEN', `Cannot use the scan of ${manifest.digest}: the report ${report.reason}`);
    },
  };
}

// cmd/osv-scanner/internal/cmd/run.go; 127, 129 and 130 are failures of its own.
const somethingFound = 1;
const nothingRecognised = 128;

/** The words after `osv-scanner scan image`. */
export function osvArguments(of: {
  readonly file: string;
  readonly output: string;
  readonly config: string;
  readonly offline: boolean;
}): readonly string[] {
  return [
    `--config=${of.config}`,
    '--format=json',
    `--output-file=${of.output}`,
    '--all-packages',
    '--all-vulns',
    ...(of.offline ? ['--offline'] : []),
    '--archive',
    '--',
    of.file,
  ];
}

/** It writes no report where it recognises nothing, so the image is the one it was given. */
function emptyReport(facts: OsvFacts, { config, diffIds }: ImageContent): ScanReport {
  const { version, ...told } = facts;
  return {
    scanner: { name: 'osv-scanner', version: version ?? 'unknown' },
    ...told,
    subject: { config, diffIds },
    system: undefined,
    packages: 0,
    systemPackages: 0,
    findings: [],
    filters: 'none',
    replayed: false,
    raw: digestOf(''),
  };
}

/** Each ecosystem's database is a file `osv-scanner/ECOSYSTEM/all.zip`, as old as its download. */
async function databaseIn(folder: string): Promise<ScanDatabase> {
  if (folder === '') return { is: 'live', service: 'https://api.osv.dev' };
  const root = join(folder, 'osv-scanner');
  const names = await readdir(root).catch(() => []);
  const times = await Promise.all(
    names.map((name) =>
      stat(join(root, name, 'all.zip')).then(
        ({ mtimeMs }) => Math.floor(mtimeMs / 1000),
        () => undefined,
      ),
    ),
  );
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? { is: 'unknown' } : { is: 'dated', updatedAt: Math.min(...known), version: undefined };
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

const localDatabases = 'OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY';

const passedVariables: readonly string[] = [localDatabases, ...networkVariables];
