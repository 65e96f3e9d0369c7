import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../domain/digest.ts';
import { faultInAsked } from './verify-images.ts';

const [app, appAmd64, web] = [digestOf('app'), digestOf('app amd64'), digestOf('web')];
const release = {
  version: '1.0.0',
  image: { name: 'old.example.org/app', index: app, platforms: [{ platform: 'linux/amd64', digest: appAmd64 }] },
  companions: [{ name: 'example.org/web', index: web, platforms: [], documents: [] }],
};
const faultIn = (name: string, digest: typeof app) => faultInAsked(release, { name, digest }, 'example.org/app');

test('an image of a release is right under its own name, and under no other', () => {
  assert.equal(faultInAsked(release, undefined, 'example.org/app'), undefined);
  for (const digest of [app, appAmd64])
    assert.equal(faultIn('example.org/app', digest), undefined, 'repository renamed');
  assert.equal(faultIn('example.org/web', web), undefined);
  assert.match(faultIn('example.org/app', web) ?? '', /is not the image example\.org\/app of 1\.0\.0: sha256:/);
  assert.match(faultIn('example.org/web', app) ?? '', /is not the image example\.org\/web/);
  assert.match(faultIn('example.org/other', app) ?? '', /was released without an image example\.org\/other/);
});
