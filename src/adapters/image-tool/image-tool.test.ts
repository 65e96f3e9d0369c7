import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { debianImage } from '../../../test/debian-image.ts';
import { scanTarget, scannerStandIn } from '../../../test/make/scanner-stand-in.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { ScanTarget } from '../../ports/scanner.ts';
import { grype } from '../grype/grype.ts';
import { osvScanner } from '../osv-scanner/osv-scanner.ts';
import { syft } from '../syft/syft.ts';
import { trivySbom } from '../trivy/trivy-sbom.ts';
import { trivy } from '../trivy/trivy.ts';
import type { ImageToolOptions } from './tool-place.ts';

interface Driver {
  readonly program: string;
  readonly code: 'SCAN_BROKEN' | 'SBOM_BROKEN';
  readonly open: (options: ImageToolOptions) => (target: ScanTarget) => Promise<unknown>;
  /** Where the program is to write its report, in the script; nothing for its output. */
  readonly file?: string;
}

const drivers: Readonly<Record<string, Driver>> = {
  'trivy as a scanner': {
    program: 'trivy',
    code: 'SCAN_BROKEN',
    open: (options) => trivy(options).scan,
    file: `argv[argv.indexOf('--output') + 1]`,
  },
  grype: {
    program: 'grype',
    code: 'SCAN_BROKEN',
    open: (options) => grype(options).scan,
    file: `argv.find((word) => word.startsWith('json=')).slice(5)`,
  },
  'osv-scanner': {
    program: 'osv-scanner',
    code: 'SCAN_BROKEN',
    open: (options) => osvScanner(options).scan,
    file: `argv.find((word) => word.startsWith('--output-file=')).slice(14)`,
  },
  syft: { program: 'syft', code: 'SBOM_BROKEN', open: (options) => syft(options).listPackages },
  'trivy as a lister': { program: 'trivy', code: 'SBOM_BROKEN', open: (options) => trivySbom(options).listPackages },
};

// What is asked for besides, such as a version, is answered.
const answers = `if (['--help', '--version', 'version'].some((word) => argv.includes(word))) process.exit(0);`;

const startsAnother = `require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => 0, 99000)'], { stdio: 'inherit' });`;

for (const [name, driver] of Object.entries(drivers))
  void suite(name, { concurrency: 2 }, () => {
    const write = (content: string): string =>
      driver.file === undefined ? `process.stdout.write(${content});` : `fs.writeFileSync(${driver.file}, ${content});`;
    const cases: readonly (readonly [what: string, script: string, message: RegExp])[] = [
      ['crashes', `console.error('\\u001b[2Jno room'); process.exit(2);`, /ended with exit code 2/],
      ['hangs', 'setInterval(() => undefined, 1000);', /took too long/],
      ['hangs in a program it has started', startsAnother, /took too long/],
      ['is killed', `process.kill(process.pid, 'SIGKILL');`, /was killed/],
      ['writes nothing', '', /wrote a report on sha256:[0-9a-f]{64} that is no report of/],
      ['writes half a report', write(`'{"SchemaVersion":2,"Results":[{"Target":"a'`), /that is no report of/],
      ['writes a report without an end', write(`' '.repeat(65 * 1024 * 1024)`), /wrote a report of \d+ bytes|failed/],
    ];
    for (const [what, script, message] of cases)
      void test(`that ${what} is broken, and its name and what it said are told`, async (t) => {
        const options = await scannerStandIn(t, driver.program, `${answers}\n${script}`);
        const timeoutSeconds = what.startsWith('hangs') ? 1 : 100;
        await assert.rejects(driver.open({ ...options, timeoutSeconds })(scanTarget(debianImage())), (error) => {
          assert.ok(isCutwaterError(error, driver.code), String(error));
          assert.match(error.message, new RegExp(`"${driver.program}" `));
          assert.match(error.message, message);
          if (what === 'crashes') assert.deepEqual(error.details, ['\\u{1b}[2Jno room']);
          return true;
        });
      });
  });
