import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readJson, runProgram, succeed } from '../make/program.ts';
import { aliases, readPublished } from '../make/published.ts';
import type { RustshareProject } from '../make/rustshare-project.ts';
import { adopt, makeRustshareProject } from '../make/rustshare-project.ts';

const repository = 'rustshare-backend';

void test("RustShare's whole process, from its adoption to a restored release", async (t) => {
  const project = await makeRustshareProject(t, { next: '0.4.0' });
  await adopt(project);
  const byHand = { latest: '0.3.1', '0': '0.3.1', '0.3': '0.3.1' };
  assert.deepEqual(await pointers(project), byHand);

  await failingCandidate(project);
  assert.deepEqual(await pointers(project), byHand, 'no candidate moves an alias');
  await goodCandidate(project);
  assert.deepEqual(await pointers(project), byHand);
  await promotion(project);
  const first = { latest: '0.4.0', '0': '0.4.0', '0.4': '0.4.0', '0.3': '0.3.1' };
  assert.deepEqual(await pointers(project), first);
  await minorVersion(project);
  const second = { ...first, latest: '0.5.0', '0': '0.5.0', '0.5': '0.5.0' };
  assert.deepEqual(await pointers(project), second);
  await hotfix(project);
  const third = { ...second, '0.4': '0.4.1' };
  assert.deepEqual(await pointers(project), third);
  await withdrawal(project);
  assert.deepEqual(await pointers(project), { ...third, latest: '0.4.1', '0': '0.4.1' }, '0.5 has no other version');
  await succeed(['restore', '0.5.0', '--reason', 'the proxy was slow', '--push'], project.maintainer);
  await succeed(['reconcile'], await project.runner());
  assert.deepEqual(await pointers(project), third);
  await succeed(['verify', '0.5.0'], await project.runner());
  const record = await succeed(['history', 'latest'], project.maintainer);
  for (const version of ['0.4.0', '0.5.0', '0.4.1']) assert.ok(record.includes(version), record);
});

/** B1 to B4, C1 to C5, C8: main is built, a candidate of it fails on staging, and is never promoted. */
async function failingCandidate(project: RustshareProject): Promise<void> {
  await succeed(['edge'], await project.runner());
  await succeed(['tag', '0.4.0-rc.1', '--push'], project.maintainer);
  await succeed(['release', '0.4.0-rc.1'], await project.runner());
  const { tags } = await readPublished(project.data, repository);
  const commit = await project.git('rev-parse', 'HEAD');
  assert.ok(tags['0.4.0-rc.1'] !== undefined && tags['edge'] !== undefined);
  assert.equal(tags[`sha-${commit}`], tags['edge'], 'the first published build of the commit keeps its name');
  assert.equal(tags[`nightly-${new Date().toISOString().slice(0, 10)}`], tags['edge']);
  await evidence(project, { name: 'staging', version: '0.4.0-rc.1', result: 'fail' });
  const refused = await runProgram(['promote', '0.4.0-rc.1', '--push'], project.maintainer);
  assert.equal(refused.exitCode, 3, refused.stdout);
  assert.match(refused.stderr, /did not pass/);
}

/** C6: mended on main, tried again, and found good in all three ways. */
async function goodCandidate(project: RustshareProject): Promise<void> {
  await project.commit({
    'frontend/src/expiry.js': 'export const hasExpired = (link, now) => now - link.expiresAt >= 0;\n',
  });
  await succeed(['tag', '0.4.0-rc.2', '--push'], project.maintainer);
  await succeed(['release', '0.4.0-rc.2'], await project.runner());
  for (const name of ['staging', 'integration-tests', 'migration'])
    await evidence(project, { name, version: '0.4.0-rc.2', result: 'pass' });
}

/** C7, D1 to D9: the documents, the tag, and the bytes of the candidate. */
async function promotion(project: RustshareProject): Promise<void> {
  const notes = ['--breaking', 'none', '--migrations', 'none', '--way-back', 'binary'];
  const environment = ['--env', 'added RUSTSHARE_LINK_MAX_DAYS: the longest life of a link, no limit by default'];
  await succeed(['prepare', '0.4.0', ...notes, ...environment, '--push'], project.maintainer);
  assert.equal(await project.git('log', '-1', '--format=%s'), 'docs: prepare release v0.4.0');
  await succeed(['promote', '0.4.0-rc.2', '--push'], project.maintainer);
  await succeed(['release', '0.4.0'], await project.runner());
  await succeed(['announce', '0.4.0'], await project.runner());
  const { tags } = await readPublished(project.data, repository);
  assert.equal(tags['0.4.0'], tags['0.4.0-rc.2'], 'what was validated is what is released');
  const verdict = await succeed(['verify', '0.4.0'], await project.runner());
  assert.match(verdict, /rustshare-backend-aarch64-linux +the same bytes as \/usr\/local\/bin\/rustshare-backend/);
  assert.match(verdict, /v0\.4\.0 signed by senolcolak/);
}

/** A stable version without a candidate: tagged, held until its evidence is there, then released by the same command. */
async function minorVersion(project: RustshareProject): Promise<void> {
  await addEntry(project, '### Added\n\n- Folders can be starred.');
  await project.commit({ 'storage/src/lib.rs': '//! Where shared files lie.\n\npub const FORMAT: u32 = 4;\n' });
  const notes = ['--breaking', 'none', '--env', 'none', '--migrations', 'the table of links', '--way-back', 'restore'];
  await succeed(['prepare', '0.5.0', ...notes, '--push'], project.maintainer);
  await succeed(['tag', '0.5.0', '--push'], project.maintainer);
  const waiting = await runProgram(['release', '0.5.0'], await project.runner());
  assert.equal(waiting.exitCode, 8, waiting.stderr);
  for (const name of ['staging', 'integration-tests', 'migration'])
    await evidence(project, { name, version: '0.5.0', result: 'pass' });
  await succeed(['release', '0.5.0'], await project.runner());
}

/** E1 to E6: from the last version of the older line, with the restore drill that its critical path asks for. */
async function hotfix(project: RustshareProject): Promise<void> {
  await succeed(['hotfix', 'start', '--from', '0.4', '--push'], project.maintainer);
  await project.git('checkout', '-q', 'hotfix/v0.4.1');
  await addEntry(project, '### Fixed\n\n- Shared files are closed after a download.');
  await project.commit({
    'storage/src/lib.rs': '//! Where shared files lie, and are closed.\n\npub const FORMAT: u32 = 3;\n',
  });
  const notes = ['--breaking', 'none', '--env', 'none', '--migrations', 'none', '--way-back', 'binary'];
  await succeed(['prepare', '0.4.1', ...notes, '--push'], project.maintainer);
  await succeed(['tag', '0.4.1', '--push'], project.maintainer);
  const waiting = await runProgram(['release', '0.4.1'], await project.runner());
  assert.equal(waiting.exitCode, 8, waiting.stderr);
  assert.match(waiting.stderr + waiting.stdout, /restore-drill/);
  await evidence(project, { name: 'restore-drill', version: '0.4.1', result: 'pass' });
  await succeed(['release', '0.4.1'], await project.runner());
  assert.match(await succeed(['status'], project.maintainer), /To be merged back\s+0\.4\.1/);
  await succeed(['hotfix', 'finish', '0.4.1', '--push'], project.maintainer);
  await project.git('checkout', '-q', 'main');
  await project.git('merge', '-q', '--ff-only', 'merge-back/v0.4.1');
  await project.git('push', '-q', 'origin', 'main');
  const { mergeBacks } = await readJson(['status'], project.maintainer);
  assert.deepEqual(mergeBacks, []);
}

/** F1 to F5: going back needs a restore here, so the maintainer has to choose; nothing is deleted, all is told. */
async function withdrawal(project: RustshareProject): Promise<void> {
  const before = await readPublished(project.data, repository);
  const withdraw = ['withdraw', '0.5.0', '--reason', 'answers too slowly', '--use', '0.4.1', '--push'];
  const unclear = await runProgram(withdraw, project.maintainer);
  assert.equal(unclear.exitCode, 2, unclear.stderr);
  await succeed([...withdraw, '--aliases', 'move'], project.maintainer);
  await succeed(['reconcile'], await project.runner());
  await succeed(['announce', '0.5.0'], await project.runner());
  const after = await readPublished(project.data, repository);
  for (const tag of Object.keys(before.tags)) assert.ok(tag in after.tags, `${tag} is still there`);
  assert.equal(after.tags['0.5.0'], before.tags['0.5.0']);
  const notes = await readFile(join(project.data, 'releases/v0.5.0/notes.md'), 'utf8');
  assert.match(notes, /Deprecated[\s\S]*0\.4\.1[\s\S]*answers too slowly/);
  await project.git('pull', '-q', '--ff-only', 'origin', 'main');
  assert.match(await readFile(join(project.clone.folder, 'CHANGELOG.md'), 'utf8'), /answers too slowly/);
}

async function evidence(
  project: RustshareProject,
  { name, version, result }: { readonly name: string; readonly version: string; readonly result: 'pass' | 'fail' },
): Promise<void> {
  await succeed(['evidence', 'add', name, version, '--result', result, '--push'], project.maintainer);
}

/** What a contributor adds below "Unreleased", not yet committed. */
async function addEntry(project: RustshareProject, entry: string): Promise<void> {
  const changelog = await readFile(join(project.clone.folder, 'CHANGELOG.md'), 'utf8');
  const changed = changelog.replace(/^## \[?Unreleased\]?$/m, (heading) => `${heading}\n\n${entry}`);
  assert.notEqual(changed, changelog);
  await project.commit({ 'CHANGELOG.md': changed });
}

function pointers(project: RustshareProject): Promise<Readonly<Record<string, string>>> {
  return aliases(project.data, repository);
}
