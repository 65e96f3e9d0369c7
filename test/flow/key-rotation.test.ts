import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { formatCheckpointMessage } from '../../src/domain/decision-message.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { objectId } from '../../src/domain/object-id.ts';
import { readVersion } from '../../src/domain/version.ts';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import type { OpenpgpKey, SshKey } from '../make/keys.ts';
import { makeOpenpgpKey, makeSshKey, revokedPublicKey } from '../make/keys.ts';
import type { RunAt } from '../make/program.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { copyProject, makeProject } from '../make/project.ts';
import { aliases } from '../make/published.ts';
import { makeTwoReleases } from '../make/two-releases.ts';

void suite('key rotation', { concurrency: 2 }, () => {
  void test('with a checkpoint before it, what the old key signed stays valid and can be withdrawn and restored by the new one', async (t) => {
    const { project, bob, asBob } = await makeRotation(t, await template(t));
    await setAda(project, `notAfter: ${inDays(10)}`);
    const warned = await doctor(asBob);
    assert.match(
      warned,
      /key of Ada .*counts until .*, 1[01] days from now, and then nothing vouches for 1\.1\.0, 1\.0\.0;/,
    );
    assert.match(warned, /cutwater import --yes --push/);
    const ada = await maintainer(project);
    const own = await runProgram(['import', '--yes', '--push'], ada);
    assert.match(own.stderr, /checkpoint\/1 is signed by a key that itself counts only until/);
    assert.match(await doctor(asBob), /nothing vouches for 1\.1\.0/, 'a checkpoint by the ending key does not last');
    await signAs(project, bob);
    await succeed(['import', '--yes', '--push'], asBob);
    assert.match(await doctor(asBob), /all it signed is covered by a checkpoint/);

    await setAda(project, 'revoked: true');
    assert.match(await doctor(asBob), /every version is vouched for/);
    const verified = await readJson(['verify', '1.0.0'], await runner(t, project));
    assert.equal(verified['verdict'], 'passed');
    assert.deepEqual(await checksOf(verified), {
      checkpoint: 'passed: vouched for by checkpoint 2',
      provenance: 'warning: none: a checkpoint does not say what an image was made from',
    });
    assert.match(await succeed(['reconcile'], await runner(t, project)), /Nothing to do/);

    await tagAs(project, bob, '2.0.0');
    await succeed(['release', '2.0.0'], await runner(t, project));
    for (const version of ['2.0.0', '1.1.0'])
      await succeed(['withdraw', version, '--reason', 'loses uploads', '--aliases', 'move', '--push'], asBob);
    assert.deepEqual(await aliases(project.data), {
      latest: '1.0.0',
      '1': '1.0.0',
      '1.0': '1.0.0',
      '1.1': '1.1.0',
      '2': '2.0.0',
      '2.0': '2.0.0',
    });
    assert.match(await succeed(['import', '--yes', '--push'], asBob), /checkpoint\/3 is signed/);
    await succeed(['restore', '1.1.0', '--reason', 'the proxy did', '--push'], asBob);
    assert.equal(
      (await aliases(project.data))['latest'],
      '1.1.0',
      'a checkpoint vouches for what is restored later too',
    );

    const told = await succeed(['history', 'latest'], asBob);
    for (const row of [
      /1\.1\.0 .* Ada +1\.1\.0 was released/,
      /2\.0\.0 .* Bob +2\.0\.0 was released/,
      /Bob +1\.1\.0 was restored/,
      /as computed/,
    ])
      assert.match(told, row);
  });

  void test('retired without a checkpoint, a person vouches with the command that doctor gives; verify says so and no more', async (t) => {
    for (const retire of ['revoked: true', 'removed']) {
      const { project, asBob } = await makeRotation(t, await template(t));
      await setAda(project, retire);
      const failed = await runProgram(['verify', '1.0.0'], await runner(t, project));
      assert.equal(failed.exitCode, 3, retire);
      const told = await doctor(asBob);
      const command = /run: cutwater (import --vouch 1\.0\.0 --vouch 1\.1\.0 --yes --push)/.exec(told)?.[1];
      assert.ok(command, told);
      const listed = await runProgram(['import'], asBob);
      assert.match(
        listed.stdout,
        /Left out, its stored statement does not count: 1\.0\.0: .*; if its image is right, add --vouch 1\.0\.0/,
      );
      await succeed(command.split(' '), asBob);
      const verified = await readJson(['verify', '1.0.0'], await runner(t, project));
      assert.equal((await checksOf(verified))['checkpoint'], 'passed: vouched for by checkpoint 1');
      assert.match(await doctor(asBob), /every version is vouched for/);
    }
  });

  void test('an OpenPGP key that ends by its own word is spoken of before, and a checkpoint outlives its revocation', async (t) => {
    const { project, bob, asBob } = await makeRotation(t, await makeProject(t));
    const eve = await makeOpenpgpKey(t, 'Eve', { expires: '10d' });
    const entry = `    - name: Eve\n      openpgp: {fingerprint: ${eve.fingerprint}, keyFile: keys/eve.asc}\n  ci:\n`;
    const trusted = (text: string): string => text.replace('  ci:\n', entry).replace('[ssh]', '[ssh, openpgp]');
    await changePolicy(project, trusted, { 'keys/eve.asc': eve.publicKeyArmored });
    await tagAs(project, eve, '1.0.0');
    await succeed(['release', '1.0.0'], await runner(t, project));
    assert.match(
      await doctor(asBob),
      new RegExp(`key of Eve .*${eve.fingerprint} counts until .*nothing vouches for 1\\.0\\.0`),
    );
    await signAs(project, bob);
    await succeed(['import', '--yes', '--push'], asBob);
    await project.commit({ 'keys/eve.asc': await revokedPublicKey(t, eve) });
    const verified = await readJson(['verify', '1.0.0'], await runner(t, project));
    assert.equal((await checksOf(verified))['checkpoint'], 'passed: vouched for by checkpoint 1');
    assert.match(await doctor(asBob), /every version is vouched for/);
    const told = await succeed(['history', 'latest'], asBob);
    assert.match(told, /1\.0\.0 .* Eve +1\.0\.0 was released/, 'who it was is known of a key that was given up, too');
  });

  void test('what a maintainer withdrew stays withdrawn when the key retires, and two checkpoints that differ are reported', async (t) => {
    const { project, bob, asBob } = await makeRotation(t, await template(t));
    const ada = await maintainer(project);
    await succeed(['withdraw', '1.1.0', '--reason', 'loses uploads', '--aliases', 'move', '--push'], ada);
    await signAs(project, bob);
    await succeed(['import', '--yes', '--push'], asBob);
    await setAda(project, 'removed');
    assert.match(await succeed(['status'], asBob), /1\.1\.0 +withdrawn: withdrawn before the checkpoint/);
    assert.equal((await aliases(project.data))['latest'], '1.0.0');

    await succeed(['restore', '1.1.0', '--reason', 'the proxy did', '--push'], asBob);
    assert.equal((await aliases(project.data))['latest'], '1.1.0', 'what it called withdrawn it vouches for, too');

    const entry = {
      version: readVersion('1.0.0'),
      release: objectId('a'.repeat(40)),
      digest: digestOf('another image'),
    };
    const said = { ...entry, statement: undefined, state: 'published', decisions: 0 } as const;
    const message = formatCheckpointMessage(2, { project: 'tiny', entries: [said] });
    await project.clone.tag('checkpoint/2', { by: bob, message });
    await project.clone.git('push', '-q', 'origin', 'refs/tags/checkpoint/2');
    for (const told of [
      await doctor(asBob),
      (await runProgram(['import'], asBob)).stdout,
      await succeed(['status'], asBob),
    ]) {
      assert.match(told, /checkpoint 1 says sha256:[0-9a-f]{64}/);
      assert.match(told, new RegExp(`checkpoint 2 says ${digestOf('another image')}`));
    }
    const verified = await readJson(['verify', '1.0.0'], await runner(t, project));
    assert.equal(verified['verdict'], 'passed', 'the first word about an image stands');
    assert.match(await succeed(['reconcile'], await runner(t, project)), /checkpoint-2|Nothing to do/);
    assert.equal((await aliases(project.data))['1.0'], '1.0.0');
  });
});

interface Rotation {
  readonly project: TestProject;
  readonly bob: SshKey;
  /** Bob at the clone: git signs with his key. */
  readonly asBob: RunAt;
}

let shared: Promise<TestProject> | undefined;
const cleanups: (() => Promise<void>)[] = [];
after(async () => {
  for (const cleanup of cleanups) await cleanup();
});

/** Two releases by Ada, made once; every test changes a copy. */
async function template(scope: Scope): Promise<TestProject> {
  shared ??= makeTwoReleases({ after: (cleanup) => void cleanups.push(cleanup) });
  return copyProject(scope, await shared);
}

/** The project with a second maintainer, who is here now. */
async function makeRotation(scope: Scope, project: TestProject): Promise<Rotation> {
  const bob = await makeSshKey(scope);
  await changePolicy(project, (text) =>
    text.replace('  ci:\n', `    - name: Bob\n      ssh: ${bob.publicKey}\n  ci:\n`),
  );
  const asBob = await maintainer(project);
  await signAs(project, bob);
  return { project, bob, asBob };
}

function signAs(project: TestProject, key: SshKey): Promise<string> {
  return project.clone.git('config', 'user.signingKey', key.privateKeyFile);
}

/** Replaces what the policy says of Ada's key. */
async function setAda(project: TestProject, fate: string): Promise<void> {
  const entry = /    - name: Ada\n      ssh: (.*)\n(?:      (?:revoked|notAfter): .*\n)?/;
  await changePolicy(project, (text) =>
    text.replace(entry, (_, key: string) =>
      fate === 'removed' ? '' : `    - name: Ada\n      ssh: ${key}\n      ${fate}\n`,
    ),
  );
}

async function tagAs(project: TestProject, by: OpenpgpKey | SshKey, version: string): Promise<void> {
  await project.clone.tag(`v${version}`, { by });
  await project.clone.git('push', '-q', 'origin', `refs/tags/v${version}`);
}

async function doctor(at: RunAt): Promise<string> {
  const { stdout } = await runProgram(['doctor'], at);
  return stdout;
}

/** What a verification says of the checkpoint and of provenance; nothing else may speak of how the image was made. */
async function checksOf(document: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, string>>> {
  const checks = Array.isArray(document['checks']) ? document['checks'] : [];
  const found = checks.filter(({ name }) => /checkpoint|provenance|sbom/i.test(name));
  return Object.fromEntries(found.map(({ name, is, says }) => [name, `${is}: ${says}`]));
}

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
