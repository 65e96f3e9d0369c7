import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../../domain/digest.ts';
import type { ScanDatabase, ScanReport } from '../../domain/scan-report.ts';
import type { Scanner } from '../../ports/scanner.ts';
import type { ImageTool } from '../image-tool/image-tool.ts';
import { brokenScanner, openImageTool, readReportFile, secondsNow } from '../image-tool/image-tool.ts';
import type { ImageToolOptions } from '../image-tool/tool-place.ts';
import { networkVariables } from '../image-tool/tool-place.ts';
import { writeDockerArchive } from './docker-archive.ts';
import type { OsvFacts } from './osv-report.ts';
import { readOsvReport } from './osv-report.ts';

/**
 * OSV-Scanner 2 (tested with 2.5), with a configuration of its own. It asks osv.dev, which learns the
 * packages of the image; where OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY names a folder of databases it asks nobody, and the
 * oldest of them says how much is known.
 */
export function osvScanner(options: ImageToolOptions): Scanner {
  const broken = brokenScanner('osv-scanner');
  return {
    name: 'osv-scanner',
    async scan(target) {
      const named = { ...options, name: 'osv-scanner' };
      const local = options.environment[localDatabases] ?? '';
      const tool = await openImageTool(named, target, {
        passed: networkVariables,
        own: (): Readonly<Record<string, string>> => (local === '' ? {} : variablesOf(local)),
      });
      const file = await writeDockerArchive(target, tool.layout);
      const config = join(tool.home, 'osv-scanner.toml');
      await writeFile(config, '');
      const output = join(tool.home, 'report.json');
      const database = await databaseIn(local);
      const told = new TextDecoder().decode((await tool.run(['--version'])).stdout);
      const version = /\b(\d+\.\d+\.\d+\S*)/.exec(told)?.[1];
      const startedAt = secondsNow();
      const offline = local !== '';
      const result = await tool.run(['scan', 'image', ...osvArguments({ file, output, config, offline })]);
      const facts: OsvFacts = { version, database, startedAt, finishedAt: secondsNow() };
      if (result.exitCode === nothingRecognised) return emptyReport(facts, tool.content);
      if (result.exitCode !== 0 && result.exitCode !== somethingFound) throw broken.ended(result);
      return broken.report(readOsvReport(await readReportFile(output, broken), facts), target);
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
function emptyReport(facts: OsvFacts, { config, diffIds }: ImageTool['content']): ScanReport {
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

/**
 * Each ecosystem's database is a file `osv-scanner/ECOSYSTEM/all.zip`, as old as its download; in newer versions the first folder is
 * `osv-scalibr`. Which of them a version reads it does not say, so the oldest file of both counts.
 */
async function databaseIn(folder: string): Promise<ScanDatabase> {
  if (folder === '') return { is: 'live', service: 'https://api.osv.dev' };
  const roots = ['osv-scanner', 'osv-scalibr'].map((name) => join(folder, name));
  const listed = roots.map(async (root) => (await readdir(root).catch(() => [])).map((name) => join(root, name)));
  const times = await Promise.all(
    (await Promise.all(listed)).flat().map((place) =>
      stat(join(place, 'all.zip')).then(
        ({ mtimeMs }) => Math.floor(mtimeMs / 1000),
        () => undefined,
      ),
    ),
  );
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? { is: 'unknown' } : { is: 'dated', updatedAt: Math.min(...known), version: undefined };
}

const localDatabases = 'OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY';

/** Version 2.5 does not read its own variable, but the one of the library below it. */
function variablesOf(folder: string): Readonly<Record<string, string>> {
  return { [localDatabases]: folder, OSV_SCALIBR_LOCAL_DB_CACHE_DIRECTORY: folder };
}
