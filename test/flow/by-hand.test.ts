import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { listenRegistry } from '../../src/registry-server/listen-registry.ts';
import type { Scope } from '../make/folder.ts';
import type { PageStep } from '../make/process-page.ts';
import { paste, setupOf, stepsOf } from '../make/process-page.ts';
import { succeed } from '../make/program.ts';
import type { Published } from '../make/published.ts';
import { readPublished } from '../make/published.ts';
import type { RustshareProject } from '../make/rustshare-project.ts';
import { adopt, copyRustshareProject, makeRustshareProject } from '../make/rustshare-project.ts';

/**
 * Someone who follows the page. `hand` does each step in the way it says by hand, wherever there is one; `do` runs the
 * commands of Cutwater beside it. What the page calls the release workflow is a fresh clone with the CI key for both.
 */
interface Stranger {
  readonly project: RustshareProject;
  readonly page: string;
  readonly way: 'hand' | 'do';
}

void test('a stranger who follows the page by hand ends where its commands end', async (t) => {
  const project = await makeRustshareProject(t, { next: '0.4.0' });
  const page = await writePage(project);
  await releaseCandidate(project);
  const byCommand: Stranger = { project: await copyRustshareProject(t, project), page, way: 'do' };
  const byHand: Stranger = { project, page, way: 'hand' };
  for (const stranger of [byCommand, byHand]) {
    await releaseStable(stranger);
    await releaseHotfix(stranger);
  }
  const [hand, command] = await Promise.all([publishedBy(byHand), publishedBy(byCommand)]);
  assert.equal(hand.tags['latest'], hand.tags['0.4.1'], 'the hotfix is the latest version');
  assert.notEqual(hand.tags['0.4.1'], hand.tags['0.4.0']);
  assert.deepEqual(outcome(hand), outcome(command));
  for (const { project } of [byHand, byCommand]) {
    assert.equal(await mergedVersion(project), '0.4.1', 'the fix is on main');
    await succeed(['verify', '0.4.1'], await project.runner());
  }
  if (hasSkopeo()) await withdrawByHand(t, byHand);
  else t.diagnostic('the rollback by hand was not followed: skopeo is not installed');
});

/** The signed decision, written with git alone, is one for Cutwater: the aliases go back by it. */
async function withdrawByHand(scope: Scope, { project, page }: Stranger): Promise<void> {
  const server = await listenRegistry({ folder: join(project.data, 'registry') });
  scope.after(() => server.close());
  const names = { VERSION: '0.4.1', PREVIOUS: '0.4.0', IMAGE: `127.0.0.1:${server.port}/rustshare-backend` };
  const steps = stepsOf(page, 'Rollback').filter(({ title }) =>
    /^(?:Withdraw the version|Let users see it)$/.test(title),
  );
  assert.equal(steps.length, 2);
  for (const step of steps) await follow({ project, page, way: 'hand' }, step, names);
  const { tags, latest } = await publishedBy({ project });
  assert.deepEqual([tags['latest'], tags['0.4'], latest], [tags['0.4.0'], tags['0.4.0'], 'v0.4.0']);
  assert.match(await succeed(['status'], project.maintainer), /0\.4\.1 +withdrawn: loses uploads above 4 GiB/);
}

function hasSkopeo(): boolean {
  return spawnSync('skopeo', ['--version']).status === 0;
}

/** The page of this project. Evidence has a chapter of its own; this is about what every release goes through. */
async function writePage(project: RustshareProject): Promise<string> {
  await adopt(project);
  const policy = await readFile(join(project.clone.folder, 'cutwater.yaml'), 'utf8');
  const plain = policy.replace(/^# What no program[\s\S]*?\n\n/m, '');
  assert.notEqual(plain, policy);
  await project.commit({ 'cutwater.yaml': plain }, 'Ask for no evidence');
  await succeed(['docs', 'write'], project.maintainer);
  await project.commit({}, 'docs: how to release');
  return readFile(join(project.clone.folder, 'docs/release-process.md'), 'utf8');
}

async function releaseCandidate(project: RustshareProject): Promise<void> {
  await succeed(['tag', '0.4.0-rc.1', '--push'], project.maintainer);
  await succeed(['release', '0.4.0-rc.1'], await project.runner());
}

async function releaseStable(stranger: Stranger): Promise<void> {
  const names = { VERSION: '0.4.0', PREVIOUS: '0.3.1' };
  for (const step of stepsOf(stranger.page, 'Stable release')) {
    if (step.title.startsWith('Write the changelog')) await writeNotes(stranger, '0.4.0');
    await follow(stranger, step, names);
  }
}

async function releaseHotfix(stranger: Stranger): Promise<void> {
  const names = { VERSION: '0.4.1', PREVIOUS: '0.4.0' };
  for (const step of stepsOf(stranger.page, 'Hotfix')) {
    if (step.title === 'Make the smallest fix') await mend(stranger.project);
    if (step.title === 'Describe it') await writeNotes(stranger, '0.4.1');
    await follow(stranger, step, names);
  }
}

/** What the page asks of an editor: one row of the upgrading notes. */
async function writeNotes({ project, way }: Stranger, version: string): Promise<void> {
  if (way === 'do') return;
  const file = join(project.clone.folder, 'docs/upgrading.md');
  const notes = await readFile(file, 'utf8');
  const row = `| ${version} | none | none | none | binary |\n`;
  await writeFile(
    file,
    notes.replace(/^(\| -+ \|.*\n)/m, (rule) => `${rule}${row}`),
  );
}

async function mend(project: RustshareProject): Promise<void> {
  const changelog = await readFile(join(project.clone.folder, 'CHANGELOG.md'), 'utf8');
  const entry = '### Fixed\n\n- Links end on time.';
  const changed = changelog.replace(/^## \[?Unreleased\]?$/m, (heading) => `${heading}\n\n${entry}`);
  const files = {
    'CHANGELOG.md': changed,
    'frontend/src/expiry.js': 'export const hasExpired = (l, now) => now >= l.expiresAt;\n',
  };
  await project.clone.commit(files, 'End links on time');
  await project.git('push', '-q', 'origin', 'HEAD');
}

async function follow({ project, page, way }: Stranger, step: PageStep, names: Readonly<Record<string, string>>) {
  const hasOwn = step.blocks.some(({ role }) => role === way);
  const wanted = hasOwn ? way : way === 'hand' ? 'do' : 'hand';
  const own = Object.entries(names).map(([name, value]) => `export ${name}=${value}`);
  for (const { role, script } of step.blocks)
    if (role === wanted || role === 'ci') {
      const at = role === 'ci' ? await project.runner() : project.maintainer;
      await paste([setupOf(page), ...own, script].join('\n'), at);
    }
}

async function publishedBy({ project }: Pick<Stranger, 'project'>): Promise<Published> {
  return readPublished(project.data, 'rustshare-backend');
}

/**
 * What users get: the digest under every tag, and the bytes of every binary. Tags that hold signed documents differ,
 * because a signature holds the second in which it was made.
 */
function outcome({ tags, files, latest, releases }: Published): unknown {
  return {
    tags: Object.fromEntries(Object.entries(tags).filter(([tag]) => /^(?:\d[\w.-]*|latest|sha-\w+)$/.test(tag))),
    binaries: Object.fromEntries(Object.entries(files).filter(([path]) => /rustshare-backend-\w+-linux$/.test(path))),
    assets: Object.keys(files).toSorted(),
    latest,
    releases,
  };
}

async function mergedVersion(project: RustshareProject): Promise<string | undefined> {
  const manifest = await project.origin.git('show', 'main:Cargo.toml');
  return /^version = "(.*?)"/m.exec(manifest)?.[1];
}
