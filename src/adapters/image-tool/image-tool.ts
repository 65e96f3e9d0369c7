import { readFile, stat } from 'node:fs/promises';
import type { Parsed } from '../../domain/brand.ts';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import { CutwaterError } from '../../domain/error.ts';
import { escapeText, quote } from '../../domain/quote.ts';
import type { ScanTarget } from '../../ports/scanner.ts';
import type { ImageContent } from '../oci-layout/write-layout.ts';
import { writeLayout } from '../oci-layout/write-layout.ts';
import { passedEnvironment } from '../process/passed-environment.ts';
import type { Program } from '../process/pinned-program.ts';
import { requireProgram } from '../process/pinned-program.ts';
import type { ToolResult } from '../process/run-tool.ts';
import { runTool } from '../process/run-tool.ts';
import type { ImageToolOptions } from './tool-place.ts';

/** A program that looks at the image of one platform. It gets it as files, a home of its own, and no secret of any kind. */
export interface ImageTool {
  readonly name: string;
  readonly program: Program;
  /** An empty folder, its home and where it keeps temporary files. */
  readonly home: string;
  /** An OCI layout of this image alone. */
  readonly layout: string;
  /** What identifies the image in it. */
  readonly content: ImageContent;
  readonly timeoutSeconds: number;
  /** By default in its home, with 64 MiB of output at most. */
  run(args: readonly string[], how?: { readonly cwd?: string; readonly maxOutputBytes?: number }): Promise<ToolResult>;
}

export interface ImageToolWish {
  /** Variables of the user that the program is configured by. None of them may be a secret. */
  readonly passed: readonly string[];
  /** Variables of our own, by the folder that is its home. */
  readonly own: (home: string) => Readonly<Record<string, string>>;
  /** True: the SHA-256 of the program is wanted although none is pinned. */
  readonly hashed?: boolean;
}

/** Throws TOOL_MISSING, VERIFICATION_FAILED, and as writeLayout does. */
export async function openImageTool(
  options: ImageToolOptions & { readonly name: string },
  { repository, manifest }: ScanTarget,
  { passed, own, hashed = false }: ImageToolWish,
): Promise<ImageTool> {
  const { name, environment, signal, timeoutSeconds = 1800 } = options;
  const program = await requireProgram(name, { environment, sha256: options.sha256, hashed });
  const home = await options.newFolder(`${name}-home`);
  const layout = await options.newFolder('image');
  const content = await writeLayout(repository, manifest, layout);
  const env = { ...passedEnvironment(environment, passed), HOME: home, TMPDIR: home, ...own(home) };
  return {
    name,
    program,
    home,
    layout,
    content,
    timeoutSeconds,
    run: (args, how = {}) =>
      runTool({ command: program.path, args, env, signal, timeoutSeconds, ownGroup: true, cwd: home, ...how }),
  };
}

/** A report that a program wrote into a file; empty where it wrote none. Throws where it is endless. */
export async function readReportFile(file: string, broken: BrokenTool): Promise<Uint8Array> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > maximumReportBytes)
    throw broken.because(`wrote a report of ${size} bytes, ${maximumReportBytes} are allowed`);
  return size === 0 ? new Uint8Array() : readFile(file);
}

export const maximumReportBytes = 64 * 1024 * 1024;

/** The errors of one program, by what it was asked for. */
export interface BrokenTool {
  because(how: string, lines?: readonly string[]): CutwaterError;
  /** It ended without success. */
  ended(result: Pick<ToolResult, 'exitCode' | 'stderr' | 'timedOut'>): CutwaterError;
  /** The report, or the error for one that nobody can use. */
  report<Report>(parsed: Parsed<Report>, target: Pick<ScanTarget, 'manifest'>): Report;
}

export function brokenTool(
  name: string,
  { code, act }: { readonly code: ErrorCode; readonly act: string },
): BrokenTool {
  const because: BrokenTool['because'] = (how, lines = []) =>
    new CutwaterError(code, `Cannot ${act}: ${quote(name)} ${how}`, {
      details: lines.slice(-12).map((line) => escapeText(line, 400)),
    });
  return {
    because,
    ended({ exitCode, stderr, timedOut }) {
      const how = timedOut ? 'took too long' : exitCode < 0 ? 'was killed' : `ended with exit code ${exitCode}`;
      return because(
        how,
        stderr.split(/\r?\n/).filter((line) => line.trim() !== ''),
      );
    },
    report(parsed, { manifest }) {
      if (parsed.is === 'ok') return parsed.value;
      throw because(`wrote a report on ${manifest.digest} that ${parsed.reason}`);
    },
  };
}

/** The errors of a program that looks for vulnerabilities. */
export function brokenScanner(name: string): BrokenTool {
  return brokenTool(name, { code: 'SCAN_BROKEN', act: 'scan the image' });
}

/** JSON of a report; undefined where it is none. */
export function parseReport(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** Unix seconds, now. */
export function secondsNow(): number {
  return Math.floor(Date.now() / 1000);
}
