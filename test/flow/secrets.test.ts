import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import { makeFaultyProxy } from '../make/faulty-proxy.ts';
import { makeFolder } from '../make/folder.ts';
import { cloneRepository } from '../make/git-repository.ts';
import type { RunAt } from '../make/program.ts';
import { runProgram, secretsOf, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';

// runProgram() looks for the secrets of the environment in whatever is printed; here is what makes them likely to be.
const password = 'canary-password-hunter2';
const canaries = { CANARY_TOKEN: 'canary-0123456789-token', CANARY_LOGIN: password };
const tell = `[node, -e, "console.log(JSON.stringify(process.env)); console.error(Object.values(process.env).join())"]`;

void test('commands of the project see no secret, and what is printed, logged and published holds none', async (t) => {
  const project = await makeProject(t, { prepare: `[${tell}]` });
  const passphrase = 'canary-passphrase-of-the-key';
  const locked = createPrivateKey(project.ciKeyPem).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase,
  });
  await changePolicy(
    project,
    (text) => `${text}gates:
  - name: tells
    command: ${tell}
  - name: tells-of-the-image
    on: candidate
    command: ${tell}
`,
  );
  await project.tag('1.0.0');
  const plain = await runner(t, project);
  const env = {
    ...plain.env,
    ...canaries,
    CUTWATER_CI_KEY: locked.toString(),
    CUTWATER_CI_KEY_PASSWORD: passphrase,
    GITHUB_TOKEN: canaries.CANARY_TOKEN,
  };
  const at: RunAt = { ...plain, env };
  await succeed(['release', '1.0.0', '--verbose'], at);
  await succeed(['release', '1.0.0', '--json'], at);
  await succeed(['verify', '1.0.0'], at);
  await runProgram(['doctor', '--json'], at);

  await changePolicy(project, (text) =>
    text.replace(
      `on: candidate\n    command: ${tell}`,
      `command: [node, -e, "console.log(JSON.stringify(process.env)); process.exit(1)"]`,
    ),
  );
  await project.commit({ 'app.txt': 'two\n' });
  await project.tag('1.1.0');
  assert.equal((await runProgram(['release', '1.1.0', '--verbose'], { ...at, env })).exitCode, 3);
  for (const wrong of [
    { CUTWATER_CI_KEY_PASSWORD: `${passphrase}x` },
    { CUTWATER_CI_KEY: locked.toString().slice(0, 150) },
  ])
    for (const more of [[], ['--json']])
      assert.equal((await runProgram(['release', '1.1.0', ...more], { ...at, env: { ...env, ...wrong } })).exitCode, 2);

  const secrets = [...secretsOf(env), ...secretsOf(plain.env), ...rawKey(project.ciKeyPem)];
  const files = await filesIn(project.data);
  assert.ok(files.some((file) => file.includes('/logs/')));
  for (const file of files) {
    const text = await readFile(file, 'latin1');
    for (const secret of secrets) assert.ok(!text.includes(secret), `${file} holds a secret`);
  }
});

void test('credentials of the registry are not told, not even where the registry tells them back', async (t) => {
  const proxy = await makeFaultyProxy(t);
  const project = await makeProject(t, { image: `${proxy.host}/tiny` });
  await project.tag('1.0.0');
  const home = await makeFolder(t);
  await mkdir(join(home, '.docker'));
  const auth = Buffer.from(`ada:${password}`).toString('base64');
  await writeFile(join(home, '.docker/config.json'), JSON.stringify({ auths: { [proxy.host]: { auth } } }));
  const plain = await runner(t, project);
  const env = { ...plain.env, ...canaries, CANARY_AUTH: auth, HOME: home, DOCKER_CONFIG: join(home, '.docker') };
  for (const status of [401, 403, 418]) {
    await proxy.serve(join(project.data, 'registry'), ({ authorization }) => (_, to) => {
      const told =
        authorization === undefined ? 'who are you' : Buffer.from(authorization.slice(6), 'base64').toString();
      const answer = authorization === undefined ? 401 : status;
      to.writeHead(answer, { 'www-authenticate': 'Basic realm="tiny"', warning: `299 - "${told}"` });
      to.end(JSON.stringify({ errors: [{ code: 'DENIED', message: `no ${told}`, detail: authorization }] }));
    });
    for (const more of [['--json'], ['--verbose']]) {
      const { exitCode, stdout, stderr } = await runProgram(['release', '1.0.0', ...more], { ...plain, env });
      assert.ok([1, 4].includes(exitCode), `${status}: ${exitCode} ${stdout}${stderr}`);
      assert.match(`${stdout}${stderr}`, new RegExp(`answers ${status}`));
    }
  }
});

void test('credentials in the address of the remote are not told', async (t) => {
  const project = await makeProject(t);
  await project.tag('1.0.0');
  const clone = await cloneRepository(t, project.origin);
  // Nobody listens on port 1.
  await clone.git('remote', 'set-url', 'origin', `http://ada:${password}@127.0.0.1:1/tiny.git`);
  const { env } = await maintainer(project);
  const at: RunAt = { folder: clone.folder, env: { ...env, ...canaries } };
  const runs = [
    'release 1.0.0',
    'release 1.0.0 --json',
    'doctor --json',
    'status',
    'plan --json',
    'verify 1.0.0',
    'audit',
  ];
  for (const line of runs) {
    const { exitCode, stderr } = await runProgram(line.split(' '), {
      ...at,
      env: { ...at.env, CUTWATER_CI_KEY: project.ciKeyPem },
    });
    assert.ok([0, 6].includes(exitCode), `${line}: ${exitCode} ${stderr}`);
  }
});

/** The 32 bytes of the private key in the forms in which they could be told. */
function rawKey(pem: string): readonly string[] {
  const { d } = createPrivateKey(pem).export({ format: 'jwk' });
  const bytes = Buffer.from(d ?? '', 'base64url');
  assert.equal(bytes.length, 32);
  return [bytes.toString('latin1'), bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')];
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
}
