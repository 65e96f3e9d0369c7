import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { formatVersion, readVersion } from '../domain/version.ts';
import { parseChangelog } from './changelog.ts';
import type { UpgradingFields } from './upgrading-fields.ts';
import { upgradeRisk } from './upgrade-risk.ts';

const quiet: UpgradingFields = { breaking: [], environment: [], migrations: [], wayBack: 'binary' };

test('upgradeRisk() is as high as the step, the changelog or the notes make it, and never lower', () => {
  const cases: readonly (readonly [string, string, string, Partial<UpgradingFields> | undefined, string])[] = [
    ['1.2.4', '1.2.3', '### Fixed\n- x', {}, 'safe'],
    ['1.2.4', '1.2.3', '### Fixed\n- x', undefined, 'safe'],
    ['1.2.4', '1.2.3', '### Fixed\n- x', { migrations: ['once'] }, 'may-need-action'],
    ['1.2.4', '1.2.3', '### Fixed\n- x', { wayBack: 'restore' }, 'may-need-action'],
    ['1.2.4', '1.2.3', '### Fixed\n- **Breaking:** x', {}, 'needs-action'],
    ['1.3.0', '1.2.3', '### Added\n- x', {}, 'additions'],
    ['1.3.0', '1.2.3', '### Removed\n- x', {}, 'needs-action'],
    ['2.0.0', '1.2.3', '### Added\n- x', {}, 'needs-action'],
    ['0.3.0', '0.2.9', '### Added\n- x', {}, 'may-need-action'],
    ['0.3.1', '0.3.0', '### Added\n- x', {}, 'safe'],
    ['1.0.0', '0.9.0', '### Added\n- x', {}, 'may-need-action'],
    ['0.3.0', '0.2.9', '### Added\n- x', { breaking: ['x'] }, 'needs-action'],
    ['0.3.1-rc.2', '0.3.0', '### Fixed\n- x', {}, 'safe'],
  ];
  for (const [version, previous, text, notes, wanted] of cases) {
    const heading = version.includes('-') ? '[Unreleased]' : `[${version}] - 2026-02-01`;
    const changelog = parseChangelog(`## ${heading}\n\n${text}\n\n## [${previous}] - 2026-01-01\n\n- x\n`);
    const risk = upgradeRisk(changelog, { version: readVersion(version), notes: notes && { ...quiet, ...notes } });
    equal(risk.class, wanted, `${previous} to ${version}: ${text} ${JSON.stringify(notes)}`);
    equal(risk.previous && formatVersion(risk.previous), previous);
    equal(risk.because.length > 0, wanted.endsWith('action'), 'it says why');
  }
});

test('upgradeRisk() counts a variable that is removed or renamed, and not one that is new', () => {
  const changelog = parseChangelog('## [1.2.4] - 2026-02-01\n\n- x\n\n## [1.2.3] - 2026-01-01\n\n- x\n');
  const risk = (change: 'added' | 'removed' | 'renamed') =>
    upgradeRisk(changelog, {
      version: readVersion('1.2.4'),
      notes: {
        ...quiet,
        environment: [{ change, name: 'A', formerName: change === 'renamed' ? 'B' : undefined, note: '' }],
      },
    }).class;
  deepEqual((['added', 'removed', 'renamed'] as const).map(risk), ['safe', 'needs-action', 'needs-action']);
});

test('upgradeRisk() of the first release has nothing to be compared with, and reads nothing but this changelog', () => {
  const changelog = parseChangelog('## [1.0.0] - 2026-02-01\n\n### Removed\n- x\n\n## [1.1.0] - 2026-01-01\n- x\n');
  deepEqual(upgradeRisk(changelog, { version: readVersion('1.0.0'), notes: quiet }), {
    class: 'first-release',
    previous: undefined,
    because: [],
    wayBack: 'binary',
  });
});
